/**
 * <task-widget model="ada/bert" task="fill-mask" answer="words"> around a form whose fields are named by their place in
 * the public API's body: what is asked is answered beneath it, drawn as `answer` says (widget/answers.js). An example
 * fills the form and asks. Escape stops. Without a script the form is answered by a page.
 */
import { infer } from "../widget/asking.js"
import { shown } from "../widget/answers.js"
import { fill, filesOf, read, ready } from "../widget/form.js"
import { answered, busy, cleared, failed, waking } from "../widget/view.js"
import { keep } from "../keeping.js"
import { CodeBeside } from "../widget/code.js"

class TaskWidget extends HTMLElement {
  #stop = null
  #run = ""

  connectedCallback() {
    this.form = this.querySelector("form")
    this.code = new CodeBeside(this)
    this.form.addEventListener("submit", event => this.#submit(event))
    this.form.elements.stop.addEventListener("click", () => this.#stop?.abort())
    this.addEventListener("keydown", event => this.#key(event))
    this.dialog = this.querySelector("dialog")
    if (this.dialog) this.querySelector("[data-save]").addEventListener("click", () => this.dialog.showModal())
    this.dialog?.addEventListener("close", () => this.#save(this.dialog.returnValue))
    this.form.addEventListener("input", event => this.#changed(event.target))
  }

  disconnectedCallback() { this.#stop?.abort() }

  #key(event) {
    if (event.key !== "Escape" || !this.#stop) return
    event.preventDefault()
    this.#stop.abort()
  }

  /** What the card says was said of its example: not of what one writes now. */
  #changed(field) {
    if (field?.told) cleared(this)
    for (const told of this.querySelectorAll(".told")) told.hidden = true
    this.code.stale()
  }

  async #submit(event) {
    event.preventDefault()
    if (this.#stop) return
    const { fills } = event.submitter?.dataset ?? {}
    await ready(this.form)
    if (fills) {
      await fill(this.form, JSON.parse(fills))
      this.#tell(event.submitter.textContent)
      if (!this.form.reportValidity()) return
    }
    await this.#ask()
  }

  #tell(title) {
    this.#changed()
    for (const told of this.querySelectorAll(".told")) told.hidden = told.dataset.example !== title
  }

  async #ask() {
    const stop = this.#stop = new AbortController()
    busy(this, true)
    try {
      const body = read(this.form)
      const asked = { body, file: filesOf(this.form)[0]?.told }
      const told = await infer(this.getAttribute("model"), body, { signal: stop.signal, waking: (words, progress) => waking(this, words, progress) })
      this.#run = told.run
      answered(this, told, await shown(this.getAttribute("answer"), told.answer, asked))
      this.code.stale()
    } catch (error) {
      failed(this, error)
    } finally {
      this.#stop = null
      busy(this, false)
    }
  }

  async #save(answer) {
    if (!answer) return
    this.querySelector("[data-kept]").replaceChildren(await keep(this.#run, answer === "all"))
    this.querySelector("[data-save]").hidden = true
  }
}

customElements.define("task-widget", TaskWidget)
