/**
 * <file-drop api="/api/models/ada/bert" git="/ada/bert.git" revision="main" folder="" next="/ada/bert/tree/main">
 * around a form with input[type=file], `summary` and perhaps `description` and `pr` fields, and .drop to drop on.
 * Queues files and folders, shows how far each is and all are, stops, tries again; then goes to `next`, or to the pull
 * request. `uploader` names another module with the same `upload(items, place, …)`. Without a script the form is posted.
 */
import { left, plural, size } from "../format.js"
import { chosen, dropped } from "../picking.js"
import { UploadList } from "../upload-list.js"

class FileDrop extends HTMLElement {
  #items = new Map()
  #list = new UploadList(path => this.#drop(path))
  #going = null
  #began = 0

  connectedCallback() {
    this.#form.querySelector(".drop").after(this.#list.element)
    this.#form.addEventListener("submit", event => this.#submit(event))
    this.addEventListener("change", event => event.target.type === "file" && this.#pick(event.target))
    this.addEventListener("dragover", event => this.#over(event, true))
    this.addEventListener("dragleave", event => this.contains(event.relatedTarget) || this.#over(event, false))
    this.addEventListener("drop", event => this.#dropped(event))
    for (const part of this.querySelectorAll("[data-script]")) part.hidden = false
    for (const part of this.querySelectorAll("[data-plain]")) Object.assign(part, { hidden: true, disabled: true })
    this.querySelector("[name=stop]")?.addEventListener("click", () => this.#going?.abort())
    for (const early of this.querySelectorAll("input[type=file]")) this.#pick(early) // before the script came
    this.#say()
  }

  get #form() { return this.querySelector("form") }
  get #submitter() { return this.#form.querySelector("button:not([type=button])") }

  #over(event, over) {
    event.preventDefault()
    this.toggleAttribute("over", over)
  }

  async #dropped(event) {
    this.#over(event, false)
    this.#add(await dropped(event.dataTransfer))
  }

  #pick(input) {
    this.#add(chosen(input.files))
    input.value = ""
  }

  #add(files) {
    if (this.#going) return
    const folder = this.getAttribute("folder")
    for (const { path, file } of files) {
      const item = { path: folder ? `${folder}/${path}` : path, file, state: "waiting" }
      this.#items.set(item.path, item)
      this.#list.put(item)
    }
    this.#say()
  }

  #drop(path) {
    this.#items.delete(path)
    this.#say()
  }

  async #submit(event) {
    event.preventDefault()
    if (this.#going || !this.#items.size) return
    this.#going = new AbortController()
    this.#began = Date.now()
    this.#busy(true)
    try {
      const { upload } = await import(this.getAttribute("uploader") ?? "../upload.js")
      this.#done(await upload([...this.#items.values()], this.#place, this.#wishes))
    } catch (error) {
      this.#list.tell(error.name === "AbortError" ? "Stopped. What was sent is kept; send again to go on." : error.message, true)
    } finally {
      this.#going = null
      this.#busy(false)
    }
  }

  get #place() {
    return { api: this.getAttribute("api"), git: this.getAttribute("git"), revision: this.getAttribute("revision") }
  }

  get #wishes() {
    const { summary, description, pr } = Object.fromEntries(new FormData(this.#form))
    const said = { summary: summary || this.#form.elements.summary?.placeholder || "Upload files", description }
    return { said, signal: this.#going.signal, createPr: Boolean(Number(pr)), heard: (item, bytes) => this.#heard(item, bytes) }
  }

  #heard(item, bytes) {
    this.#list.show(item, bytes)
    const { done, total } = this.#list.progress
    this.#list.tell([`${size(done)} of ${size(total)}`, left(done, total, Date.now() - this.#began)].filter(Boolean).join(" · "))
  }

  #done(answer) {
    const address = answer?.pullRequestUrl ?? this.getAttribute("next")
    if (answer) location.assign(address)
    else this.#list.tell("Nothing to send: the hub holds all of it already.")
  }

  #busy(busy) {
    this.toggleAttribute("busy", busy)
    this.#submitter.disabled = busy
    const stop = this.querySelector("[name=stop]")
    if (stop) stop.hidden = !busy
  }

  #say() {
    const items = [...this.#items.values()]
    this.#submitter.disabled = !items.length
    const bytes = items.reduce((sum, { file }) => sum + file.size, 0)
    this.#list.tell(items.length ? `${plural(items.length, "file")}, ${size(bytes)}` : "")
  }
}

customElements.define("file-drop", FileDrop)
