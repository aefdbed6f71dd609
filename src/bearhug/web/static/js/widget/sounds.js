// Speech written down, and sound that was made.
import { clock } from "../recording/wav.js"
import { addressOf, download, node } from "./dom.js"
import { written } from "./texts.js"

/** What was said; with times, each part plays from where it was said. */
export function heard({ text, chunks = [] }, { file }) {
  const parts = chunks.filter(({ timestamp }) => Array.isArray(timestamp) && timestamp[0] !== null)
  if (!parts.length) return written(text.trim())
  const rows = parts.map(({ text, timestamp: [from, to] }) => {
    const button = node("button", { class: "button button--quiet button--small num", type: "button", "aria-label": `Play from ${clock(from)}` }, `${clock(from)}${to === null ? "" : `–${clock(to)}`}`)
    button.addEventListener("click", () => file.play(from))
    return node("li", {}, button, node("span", { class: "wrap" }, text.trim()))
  })
  return [written(text.trim()), node("ol", { class: "times small", "aria-label": "With times" }, ...rows)]
}

export function sound(answer) {
  return player(answer, "spoken")
}

/** Several sounds made of one, each under its name. */
export function sounds(answer) {
  if (answer instanceof Blob) return player(answer, "changed")
  return answer.flatMap(({ label, blob, "content-type": type }) => [node("h3", { class: "small" }, label), ...player(bytes(blob, type), label)])
}

function player(made, name) {
  const url = addressOf(made)
  const end = /flac|mpeg|ogg/.exec(made.type)?.[0].replace("mpeg", "mp3") ?? "wav"
  return [node("audio", { controls: true, src: url }), node("div", { class: "row" }, download(url, `${name}.${end}`))]
}

function bytes(base64, type) {
  return new Blob([Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))], { type })
}
