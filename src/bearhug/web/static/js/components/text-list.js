/**
 * <text-list name="inputs.sentences"> around <ol class="rows"> of texts and [data-add], [data-drop] buttons: a list to write.
 * `value` is its texts that are not empty.
 */
import { Field } from "../widget/field.js"

class TextList extends Field {
  connectedCallback() {
    this.rows = this.querySelector("ol")
    this.querySelector("[data-add]").hidden = false
    this.addEventListener("click", event => this.#click(event.target.closest("button")))
    this.addEventListener("input", () => this.#check())
    this.#check()
  }

  get value() {
    return this.#texts.map(text => text.value.trim()).filter(Boolean)
  }

  set value(texts) {
    while (this.rows.children.length > Math.max(1, texts.length)) this.rows.lastElementChild.remove()
    while (this.rows.children.length < texts.length) this.#add()
    this.#texts.forEach((text, at) => { text.value = texts[at] ?? "" })
    this.#check()
  }

  get #texts() { return [...this.rows.querySelectorAll("textarea")] }

  #click(button) {
    if (!button) return
    if (button.matches("[data-add]")) this.#add().querySelector("textarea").focus()
    else {
      const near = button.closest("li").nextElementSibling ?? button.closest("li").previousElementSibling
      button.closest("li").remove()
      near.querySelector("textarea").focus()
    }
    this.#check()
    this.changed()
  }

  #add() {
    const row = this.rows.lastElementChild.cloneNode(true)
    row.querySelector("textarea").value = ""
    this.rows.append(row)
    return row
  }

  #check() {
    const label = this.querySelector("legend").textContent
    for (const [at, row] of [...this.rows.children].entries()) {
      row.querySelector("textarea").setAttribute("aria-label", `${label}, ${at + 1}`)
      row.querySelector("[data-drop]").hidden = this.rows.children.length < 2
    }
    this.missing(this.value.length ? "" : "Write at least one.", this.#texts[0])
  }
}

customElements.define("text-list", TextList)
