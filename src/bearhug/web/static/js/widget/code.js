// The code beside a widget, written by the hub for what the form holds now, when somebody looks.
import { withoutBytes } from "./body.js"
import { filesOf, read, ready } from "./form.js"
import { awaken } from "../awaken.js"

export class CodeBeside {
  #stale = false

  constructor(widget) {
    this.widget = widget
    this.details = document.querySelector("details[data-code]")
    this.details?.addEventListener("toggle", () => this.#show())
  }

  /** The form holds something else. */
  stale() {
    this.#stale = true
    clearTimeout(this.later)
    this.later = setTimeout(() => this.#show(), 400)
  }

  async #show() {
    if (!this.#stale || !this.details?.open) return
    this.#stale = false
    await ready(this.widget.form)
    const names = new Map(filesOf(this.widget.form).filter(({ told }) => told).map(({ value, told }) => [value, told.name]))
    const body = withoutBytes(read(this.widget.form), names)
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    const response = await fetch(`/${this.widget.getAttribute("model")}/try/code`, options).catch(() => null)
    if (!response?.ok) return
    const told = new DOMParser().parseFromString(await response.text(), "text/html")
    this.details.querySelector(".stack").replaceWith(told.querySelector(".stack"))
    awaken(this.details)
  }
}
