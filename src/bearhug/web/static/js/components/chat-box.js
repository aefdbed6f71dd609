/**
 * <chat-box model="ada/smol" chat turns="[…]"> around a list and a form: what is sent is answered in the list, word by
 * word; without `chat` a text is gone on with. Enter sends, Shift+Enter breaks the line, Escape stops; an answer can be
 * saved. Without a script the form is answered by a page.
 */
import { ask } from "../asking.js"
import { set, settings } from "../chat-settings.js"
import { contentOf } from "../widget/attached.js"
import { ComingAnswer, said } from "../chat-turn.js"
import { awake, fit, wait } from "../chat-view.js"
import { keep } from "../keeping.js"

class ChatBox extends HTMLElement {
  #messages = []
  #stop = null
  #id = ""

  connectedCallback() {
    this.form = this.querySelector(".composer-form")
    this.list = this.querySelector(".chat")
    this.dialog = this.querySelector("dialog")
    this.#messages = JSON.parse(this.getAttribute("turns") || "[]")
    this.list.replaceChildren(...this.#messages.map(said))
    this.form.addEventListener("submit", event => this.#submit(event))
    this.addEventListener("keydown", event => this.#key(event))
    this.form.elements.stop.addEventListener("click", () => this.#stop?.abort())
    this.form.elements.clear.addEventListener("click", () => this.#clear())
    if (this.dialog) this.querySelector("[data-save]").addEventListener("click", () => this.dialog.showModal())
    this.dialog?.addEventListener("close", () => this.#save(this.dialog.returnValue))
    this.#show()
  }

  disconnectedCallback() { this.#stop?.abort() }

  #key(event) {
    if (event.key === "Escape" && this.#stop) {
      event.preventDefault()
      this.#stop.abort()
    } else if (event.key === "Enter" && event.target.name === "message" && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      if (!this.#stop) this.form.requestSubmit(this.form.elements.send)
    }
  }

  #submit(event) {
    event.preventDefault()
    if (this.#stop) return
    const { sends } = event.submitter?.dataset ?? {}
    if (sends) this.#begin(JSON.parse(sends))
    else this.#say({ role: "user", content: contentOf(this.form) })
    this.form.elements.message.value = ""
    this.#answer()
  }

  /** An example is a conversation of its own, with its own settings. */
  #begin({ messages, parameters }) {
    this.#clear()
    set(this.form, parameters)
    for (const message of messages) this.#say(message)
  }

  #say(message) {
    this.#messages.push(message)
    this.list.append(said(message))
  }

  async #answer() {
    const coming = new ComingAnswer()
    const messages = this.#messages
    const stop = this.#stop = new AbortController()
    const chat = this.hasAttribute("chat")
    const body = { ...(chat ? { messages } : { prompt: messages.at(-1).content }), ...settings(this.form) }
    this.list.append(coming.line)
    this.#show()
    try {
      const terms = { chat, signal: stop.signal, waking: words => wait(this, words) }
      for await (const told of ask(this.getAttribute("model"), body, terms)) this.#heard(told, coming)
      coming.end()
    } catch (error) {
      this.#broken(error, coming)
    }
    if (coming.text) messages.push({ role: "assistant", content: coming.text })
    this.#stop = null
    this.#show()
  }

  #heard(told, coming) {
    if (told.text && !coming.text) awake(this)
    this.#id = told.id
    coming.add(told)
  }

  #broken(error, coming) {
    if (error.name === "AbortError") return coming.end(coming.text ? "stopped" : "stopped before it spoke")
    const before = this.#messages.length
    coming.fail(error.message, () => {
      this.#messages.length = before
      coming.line.remove()
      this.#answer()
    })
  }

  #clear() {
    this.#stop?.abort()
    this.#messages = []
    this.#id = ""
    this.list.replaceChildren()
    this.#show()
  }

  async #save(answer) {
    if (answer) this.list.lastElementChild.querySelector(".chat__meta").append(await keep(this.#id, answer === "all"))
  }

  #show() {
    fit(this, { busy: Boolean(this.#stop), begun: this.#messages.length > 0, saveable: Boolean(this.#id) })
  }
}

customElements.define("chat-box", ChatBox)
