// What a pane of the Playground looks like around its conversation.
import { make } from "./chat-turn.js"

/** Readers hear an answer once it is whole: the list is busy until then. */
export function quiet(section, busy) {
  const list = section.querySelector(".chat")
  list.setAttribute("aria-busy", String(busy))
  section.querySelector(".play__nothing").hidden = list.children.length > 0
}

/** How far the model is, in words; none once it speaks. */
export function wait(section, words) {
  const line = section.querySelector(".chat__waiting")
  line.hidden = !words
  line.textContent = words
}

/** The mark follows the model. */
export function awake(section, stage, words) {
  const mark = section.querySelector(".stage")
  mark.className = `stage stage--${stage}`
  mark.textContent = words
}

export function button(words, pressed) {
  const made = make("button", "button button--quiet button--small", words)
  made.type = "button"
  made.addEventListener("click", pressed)
  return made
}
