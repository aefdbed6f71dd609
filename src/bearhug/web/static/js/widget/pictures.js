// Answers drawn over a picture, or that are one.
import { canvas, caption, place } from "./boxes.js"
import { addressOf, download, drawn as svg, node, score } from "./dom.js"
import { hues } from "./spans.js"

const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" }

/** Boxes over the picture and the list beneath it: pointing at one shows the other. */
export function boxes(answer, { file }) {
  const colours = hues(answer.map(({ label }) => label))
  const drawing = canvas(file)
  const marks = answer.map(found => box(found, file, drawing, colours))
  const rows = answer.map(({ label, score: value }, at) => node(
    "li", { tabindex: 0, "data-hue": colours.get(label) }, node("span", { class: "found__hue" }), node("span", { class: "grow wrap" }, label), node("span", { class: "num" }, score(value)),
  ))
  rows.forEach((row, at) => link(row, marks[at]))
  const overlay = svg("svg", { class: "overlay", viewBox: `0 0 ${drawing.width} ${drawing.height}`, "aria-hidden": "true" }, ...marks.toReversed())
  if (!answer.length) return [over(file, overlay), node("p", { class: "soft" }, "It found nothing.")]
  return [over(file, overlay), node("ol", { class: "found", "aria-label": "What it found" }, ...rows)]
}

/** Light is near: the picture of depths over the one that was sent. */
export function depth(answer) {
  const url = addressOf(answer.depth ?? answer)
  return [node("img", { class: "answer__picture", src: url, alt: "How far each part is" }), node("div", { class: "row between small soft" }, "Light is near, dark is far.", download(url, "depth.png"))]
}

export function drawn(answer, { body }) {
  const url = addressOf(answer)
  const alt = typeof body.parameters?.prompt === "string" ? body.parameters.prompt : String(body.inputs).slice(0, 200)
  return [node("img", { class: "answer__picture", src: url, alt }), node("div", { class: "row" }, download(url, `drawn.${EXTENSIONS[answer.type] ?? "png"}`))]
}

/** A picture with something drawn over it. */
export function over(file, overlay) {
  return node("div", { class: "over" }, node("img", { src: file.url, alt: "The picture that was sent" }), overlay)
}

function box({ label, score: value, box: at }, file, drawing, colours) {
  const frame = place(at, file)
  const words = `${label} ${score(value)}`
  const told = caption(frame, words, drawing)
  return svg("g", { "data-hue": colours.get(label) },
    svg("rect", { class: "box", ...frame, rx: 6 }),
    svg("g", { class: "caption" }, svg("rect", { ...told, rx: 6 }), svg("text", { x: told.x + 10, y: told.y + 28 }, words)))
}

function link(row, mark) {
  const light = on => () => [row, mark].forEach(each => each.toggleAttribute("data-lit", on))
  for (const each of [row, mark]) {
    each.addEventListener("pointerenter", light(true))
    each.addEventListener("pointerleave", light(false))
  }
  row.addEventListener("focus", light(true))
  row.addEventListener("blur", light(false))
}
