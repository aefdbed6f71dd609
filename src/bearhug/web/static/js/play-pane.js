// One model of the Playground: what was said with it, and asking it.
import { ask } from "./asking.js"
import { ComingAnswer, make, said } from "./chat-turn.js"
import { keep } from "./keeping.js"
import { awake, button, quiet, wait } from "./play-look.js"

export class Pane {
  messages = []
  #stop = null
  #id = ""

  /** ground: { settings(), system(), changed(), signedIn }. */
  constructor(section, ground) {
    this.section = section
    this.ground = ground
    this.list = section.querySelector(".chat")
    this.select = section.querySelector("select")
    this.select.addEventListener("change", () => { this.#show(); ground.changed() })
    this.#show()
  }

  get model() { return this.select.value }
  get #option() { return this.select.selectedOptions[0] }
  get busy() { return this.#stop !== null }
  get shown() { return !this.section.hidden }

  /** What is sent, in OpenAI's shape, for these messages. */
  body(messages = this.messages) {
    const chat = this.#option.hasAttribute("data-chat")
    const system = this.ground.system()
    const told = system ? [{ role: "system", content: system }, ...messages] : messages
    const asked = chat ? { messages: told } : { prompt: told.map(({ content }) => content).join("\n") }
    return { model: this.model, ...asked, ...this.ground.settings() }
  }

  say(content) {
    const message = { role: "user", content }
    this.messages.push(message)
    this.list.append(said(message))
    return this.#answer()
  }

  stop() { this.#stop?.abort() }

  clear() {
    this.stop()
    this.messages = []
    this.list.replaceChildren()
    this.#quiet()
  }

  async #answer() {
    const coming = new ComingAnswer()
    const stop = this.#stop = new AbortController()
    const { model, ...body } = this.body()
    this.list.querySelectorAll(".play__deeds").forEach(deeds => deeds.remove())
    this.list.append(coming.line)
    this.#quiet()
    this.ground.changed()
    try {
      const terms = { chat: "messages" in body, signal: stop.signal, waking: words => wait(this.section, words) }
      for await (const told of ask(model, body, terms)) this.#heard(told, coming)
      coming.end()
    } catch (error) {
      if (error.name === "AbortError") coming.end(coming.text ? "stopped" : "stopped before it spoke")
      else coming.fail(error.message, () => this.#again(coming))
    }
    if (coming.text) this.messages.push({ role: "assistant", content: coming.text })
    this.#stop = null
    if (coming.line.className !== "failed") coming.meta.append(this.#deeds(coming))
    this.#quiet()
    this.ground.changed()
  }

  #heard(told, coming) {
    if (told.text && !coming.text) awake(this.section, "on", "Warm")
    this.#id = told.id
    coming.add(told)
    coming.line.scrollIntoView({ block: "nearest" })
  }

  /** The last answer once more: the question stays. */
  #again(coming) {
    if (this.busy) return
    if (this.messages.at(-1)?.role === "assistant") this.messages.pop()
    coming.line.remove()
    this.#answer()
  }

  #deeds(coming) {
    const deeds = make("span", "row row--firm play__deeds")
    const again = button("Once more", () => this.#again(coming))
    const id = this.#id
    const save = this.ground.signedIn && id ? button("Save this run", async () => save.replaceWith(await keep(id, false))) : ""
    deeds.append(again, save)
    return deeds
  }

  #quiet() { quiet(this.section, this.busy) }

  #show() {
    const { stage, words } = this.#option.dataset
    awake(this.section, stage, words)
    this.section.querySelector("[data-page]").href = `/${this.model}`
  }
}
