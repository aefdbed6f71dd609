/**
 * <play-ground base="http://hub" signed-in> around two panes, a composer and settings: what is sent is asked of every
 * model that is shown, with the same settings, and answered side by side. Which models they are stays in the address.
 */
import { settings } from "../chat-settings.js"
import { code } from "../play-code.js"
import { Pane } from "../play-pane.js"

const MOST_STOPS = 4

class PlayGround extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.signedIn = this.hasAttribute("signed-in")
    this.panes = [...this.querySelectorAll("[data-pane]")].map(section => new Pane(section, this))
    this.form.addEventListener("submit", event => this.#submit(event))
    this.addEventListener("keydown", event => this.#key(event))
    const { stop, clear, compare } = this.form.elements
    stop.addEventListener("click", () => this.#stop())
    clear.addEventListener("click", () => this.#clear())
    compare.addEventListener("click", () => this.#beside(true))
    this.querySelector("[data-alone]").addEventListener("click", () => this.#beside(false))
    this.#code()
    this.changed()
  }

  disconnectedCallback() { this.#stop() }

  settings() {
    const stop = this.form.elements.stops.value.split(",").map(word => word.trim()).filter(Boolean).slice(0, MOST_STOPS)
    return { ...settings(this.form), ...(stop.length && { stop }) }
  }

  system() { return this.form.elements.system.value.trim() }

  /** Buttons fit the moment; the address names the models. */
  changed() {
    if (!this.panes) return // a pane is being made
    const busy = this.panes.some(pane => pane.busy)
    const { send, stop, clear, compare } = this.form.elements
    send.hidden = busy
    stop.hidden = !busy
    clear.hidden = busy || !this.panes.some(pane => pane.messages.length)
    compare.hidden = this.#second.shown
    this.querySelectorAll("[data-pane] select").forEach(select => { select.disabled = busy })
    const names = { model: this.panes[0].model, ...(this.#second.shown && { beside: this.#second.model }) }
    history.replaceState(null, "", `?${new URLSearchParams(names)}`)
  }

  get #second() { return this.panes[1] }
  get #shown() { return this.panes.filter(pane => pane.shown) }

  #key(event) {
    if (event.key === "Escape" && this.panes.some(pane => pane.busy)) {
      event.preventDefault()
      this.#stop()
    } else if (event.key === "Enter" && event.target.name === "message" && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      this.form.requestSubmit(this.form.elements.send)
    }
  }

  #submit(event) {
    event.preventDefault()
    const { message } = this.form.elements
    if (this.panes.some(pane => pane.busy) || !message.value.trim()) return
    for (const pane of this.#shown) pane.say(message.value)
    message.value = ""
    message.focus()
  }

  #stop() { this.panes.forEach(pane => pane.stop()) }

  #clear() {
    this.panes.forEach(pane => pane.clear())
    this.changed()
  }

  /** A second model begins where the first one is: with nothing said. */
  #beside(shown) {
    this.#second.section.hidden = !shown
    if (!shown) this.#second.clear()
    this.changed()
  }

  #code() {
    const dialog = this.querySelector("dialog")
    const buttons = [...dialog.querySelectorAll("[data-language]")]
    const show = chosen => {
      const asked = this.panes[0].messages.length ? this.panes[0].messages : [{ role: "user", content: this.form.elements.message.value || "Hello!" }]
      const text = code(chosen.dataset.language, this.getAttribute("base"), this.panes[0].body(asked))
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === chosen))
      dialog.querySelector("pre").textContent = text
      dialog.querySelector("copy-button").setAttribute("text", text)
    }
    for (const each of buttons) each.addEventListener("click", () => show(each))
    document.querySelector("[commandfor=play-code]").addEventListener("click", () => show(buttons.find(each => each.ariaPressed === "true")))
  }
}

customElements.define("play-ground", PlayGround)
