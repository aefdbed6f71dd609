// What a widget looks like around its form: whether it is at work, what it answered, what went wrong.
import { awake } from "../chat-view.js"
import { shortened } from "./body.js"
import { node, seconds } from "./dom.js"

const DEVICES = { cpu: "CPU", gpu: "GPU", cache: "the hub's memory" }

export function busy(widget, on) {
  const { send, stop } = widget.form.elements
  send.disabled = on
  stop.hidden = !on
  widget.toggleAttribute("busy", on)
  const answer = widget.querySelector(".answer")
  answer.setAttribute("aria-busy", String(on))
  if (!on && document.activeElement === stop) send.focus()
}

/** Says how far the model is, in words and a bar; "" once it is awake. */
export function waking(widget, words, progress) {
  const line = widget.querySelector(".waking")
  line.hidden = !words
  line.querySelector("p").textContent = words
  const bar = line.querySelector("progress")
  if (progress > 0) bar.value = progress
  else bar.removeAttribute("value")
}

/** Nothing is answered any more: what was sent is not there any more. */
export function cleared(widget) {
  widget.removeAttribute("answered")
  for (const part of widget.querySelectorAll(".answer, .answer__foot")) part.hidden = true
}

export function answered(widget, { answer, seconds: took, device, run }, elements) {
  put(widget, elements)
  awake(widget)
  widget.setAttribute("answered", "")
  widget.querySelector(".answer__foot").hidden = false
  widget.querySelector("[data-timing]").textContent = device ? `${seconds(took)} on ${DEVICES[device] ?? device}` : seconds(took)
  widget.querySelector("[data-kept]").replaceChildren()
  widget.querySelector("[data-save]").hidden = !run
  const json = answer instanceof Blob ? { type: answer.type, bytes: answer.size } : answer
  const told = widget.querySelector(".answer__json")
  told.querySelector("pre").textContent = JSON.stringify(shortened(json), null, 2)
  told.querySelector("copy-button").setAttribute("text", JSON.stringify(json))
}

/** What was answered before stays out of the way: it is of another question. */
export function failed(widget, error) {
  widget.removeAttribute("answered")
  if (error.name === "AbortError") return put(widget, [node("p", { class: "soft" }, "Stopped.")])
  put(widget, [node("div", { class: "note note--bad", role: "alert" }, node("div", { class: "grow wrap" }, error.message))])
  widget.querySelector(".answer__foot").hidden = true
}

function put(widget, elements) {
  const answer = widget.querySelector(".answer")
  answer.hidden = false
  answer.replaceChildren(...elements)
  if (answer.querySelector(":not(:defined)")) import("../awaken.js").then(({ awaken }) => awaken(answer))
}
