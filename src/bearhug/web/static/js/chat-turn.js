// One message of a conversation, as a line of <ol class="chat">.
import { plural } from "./format.js"
import { show } from "./markdown.js"
import { picturesOf, textOf } from "./widget/attached.js"

const CLASSES = { user: "from-you", system: "from-system" }

/** What was asked, or told before: as it was written. */
export function said({ role, content }) {
  const line = make("li", CLASSES[role] ?? "")
  const bubble = make("div", "bubble")
  if (role === "assistant") show(bubble, content)
  else bubble.textContent = textOf(content)
  for (const src of picturesOf(content)) bubble.append(Object.assign(new Image(), { src, alt: "The picture that was shown to it" }))
  line.append(bubble)
  return line
}

/** An answer as it comes. Words are appended as they come, at most once a frame; figures stand beside them. */
export class ComingAnswer {
  text = ""
  #tokens = 0
  #began = performance.now()
  #first = 0
  #frame = 0

  constructor() {
    this.line = make("li", "streaming")
    this.bubble = make("div", "bubble")
    this.meta = make("div", "chat__meta")
    this.meta.setAttribute("aria-live", "off")
    this.line.append(this.bubble, this.meta)
  }

  add({ text, tokens }) {
    if (text) {
      this.#first ||= performance.now()
      this.#tokens += 1
      this.text += text
    }
    this.#tokens = tokens ?? this.#tokens
    this.#frame ||= requestAnimationFrame(() => this.#draw())
  }

  /** The answer is whole, or was stopped: `words` say so. */
  end(words = "") {
    this.#settle()
    if (words) this.meta.append(make("span", "", words))
  }

  /** It broke off: what was said stays, with why and a way to go on. */
  fail(words, again) {
    this.#settle()
    this.line.className = "failed"
    if (!this.text) this.bubble.textContent = words
    const button = make("button", "button button--small", "Ask again")
    button.type = "button"
    button.addEventListener("click", again)
    this.meta.append(...(this.text ? [make("span", "", `${words} What it said is kept.`)] : []), button)
  }

  #settle() {
    cancelAnimationFrame(this.#frame)
    this.#draw()
    this.line.className = ""
  }

  #draw() {
    this.#frame = 0
    show(this.bubble, this.text)
    this.meta.replaceChildren(...this.#figures().map(words => make("span", "", words)))
  }

  #figures() {
    if (!this.#first) return []
    const seconds = (performance.now() - this.#first) / 1000
    const speed = this.#tokens > 1 && seconds > 0 ? [`${((this.#tokens - 1) / seconds).toFixed(1)} tokens/s`] : []
    return [plural(this.#tokens, "token"), ...speed, `first after ${((this.#first - this.#began) / 1000).toFixed(1)} s`]
  }
}

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.textContent = text
  return element
}
