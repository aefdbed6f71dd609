/**
 * <code-editor> around a textarea: line numbers, Tab that indents, Ctrl+S that submits, a warning before work is lost.
 * Escape gives Tab back to the keyboard reader. The textarea stays the form's field.
 */
const INDENT = "  "

class CodeEditor extends HTMLElement {
  #numbers = document.createElement("div")
  #lines = 0
  #before = ""
  #tabs = true
  #leaving = event => this.#field.value !== this.#before && event.preventDefault()

  connectedCallback() {
    this.#before = this.#field.value
    this.#numbers.className = "editor__numbers"
    this.#numbers.ariaHidden = "true"
    this.prepend(this.#numbers)
    this.toggleAttribute("numbered", true)
    this.#field.addEventListener("input", () => this.#count())
    this.#field.addEventListener("scroll", () => { this.#numbers.scrollTop = this.#field.scrollTop })
    this.#field.addEventListener("keydown", event => this.#key(event))
    this.#field.addEventListener("blur", () => { this.#tabs = true })
    this.#field.form?.addEventListener("submit", () => removeEventListener("beforeunload", this.#leaving))
    addEventListener("beforeunload", this.#leaving)
    this.#count()
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#leaving)
  }

  get #field() { return this.querySelector("textarea") }

  #count() {
    const lines = this.#field.value.split("\n").length
    if (this.#lines === lines) return
    this.#lines = lines
    this.#numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n")
  }

  #key(event) {
    if (event.key === "Escape") this.#tabs = false
    else if (event.key === "Tab" && this.#tabs) this.#indent(event)
    else if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) this.#save(event)
  }

  #save(event) {
    event.preventDefault()
    this.#field.form?.requestSubmit()
  }

  /** Indents or, with Shift, outdents each line of the selection; execCommand keeps the browser's undo. */
  #indent(event) {
    event.preventDefault()
    const { value, selectionStart: from, selectionEnd: to } = this.#field
    if (from === to && !event.shiftKey) return document.execCommand("insertText", false, INDENT)
    const start = value.lastIndexOf("\n", from - 1) + 1
    const lines = value.slice(start, to).split("\n")
    const moved = lines.map(line => event.shiftKey ? line.replace(/^( {1,2}|\t)/, "") : INDENT + line).join("\n")
    this.#field.setSelectionRange(start, to)
    document.execCommand("insertText", false, moved)
    this.#field.setSelectionRange(start, start + moved.length)
  }
}

customElements.define("code-editor", CodeEditor)
