// A field of a form that is a component: it has a name and a value, and may ask to be filled in.
export class Field extends HTMLElement {
  static formAssociated = true
  #internals = this.attachInternals()

  get name() { return this.getAttribute("name") ?? "" }
  get form() { return this.#internals.form }

  /** words: what is missing, "" where nothing is; at: what is focused then. */
  missing(words, at) {
    this.#internals.setValidity(words ? { valueMissing: true } : {}, words, at)
  }

  /** Tells the form that something else is held now. */
  changed() {
    this.dispatchEvent(new Event("input", { bubbles: true }))
  }

  checkValidity() { return this.#internals.checkValidity() }
}
