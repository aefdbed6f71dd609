/**
 * <table-input name="inputs.table"> around a table of inputs and [data-add], [data-drop] buttons: a small table to write.
 * `value` is its columns: { "Bear": ["Polar bear", …] }. A table pasted from a spreadsheet fills the cells from where one is.
 */
import { Field } from "../widget/field.js"
import { columnsOf, rowsOf, rowsPasted } from "../widget/grid.js"

class TableInput extends Field {
  connectedCallback() {
    this.querySelector("[data-script]").hidden = false
    this.addEventListener("click", event => this.#click(event.target.closest("button")))
    this.addEventListener("paste", event => this.#paste(event))
  }

  get value() {
    return columnsOf(this.#names, this.#cells.map(row => row.map(cell => cell.value)))
  }

  set value(columns) {
    const names = Object.keys(columns)
    this.#fit(names.length, rowsOf(columns).length)
    for (const [at, head] of this.#heads.entries()) {
      const field = head.querySelector("input")
      if (field) field.value = names[at]
      else head.textContent = names[at]
    }
    rowsOf(columns).forEach((row, down) => row.forEach((text, across) => { this.#cells[down][across].value = text }))
  }

  get #heads() { return [...this.querySelectorAll("thead th")] }
  get #names() { return this.#heads.map(head => head.querySelector("input")?.value ?? head.textContent) }
  get #rows() { return [...this.querySelector("tbody").rows] }
  get #cells() { return this.#rows.map(row => [...row.querySelectorAll("input")]) }

  #click(button) {
    if (!button) return
    const [width, height] = [this.#heads.length, this.#rows.length]
    if (button.dataset.add === "column") this.#fit(width + 1, height)
    else this.#fit(width, Math.max(1, height + (button.dataset.add ? 1 : -1)))
    if (button.dataset.add === "column") Object.assign(this.#heads.at(-1).querySelector("input"), { value: `Column ${width + 1}` }).select()
    else if (button.dataset.add) this.#cells.at(-1)[0].focus()
    this.changed()
  }

  /** So many columns and rows; a new one is a copy of the last, empty. */
  #fit(width, height) {
    for (const row of [this.querySelector("thead tr"), ...this.#rows]) {
      while (row.cells.length > width) row.lastElementChild.remove()
      while (row.cells.length < width) row.append(emptied(row.lastElementChild))
    }
    const body = this.querySelector("tbody")
    while (body.rows.length > height) body.lastElementChild.remove()
    while (body.rows.length < height) body.append(emptied(body.lastElementChild))
    this.#cells.forEach((row, down) => row.forEach((cell, across) => cell.setAttribute("aria-label", `${this.#names[across]}, row ${down + 1}`)))
  }

  #paste(event) {
    const rows = rowsPasted(event.clipboardData.getData("text/plain"))
    const at = this.#cells.findIndex(row => row.includes(event.target))
    if (at < 0 || (rows.length < 2 && rows[0].length < 2)) return
    event.preventDefault()
    const left = this.#cells[at].indexOf(event.target)
    this.#fit(this.#heads.length, Math.max(this.#rows.length, at + rows.length))
    rows.forEach((row, down) => row.forEach((text, across) => { if (this.#cells[at + down][left + across]) this.#cells[at + down][left + across].value = text }))
    this.changed()
  }
}

function emptied(element) {
  const copy = element.cloneNode(true)
  for (const field of copy.querySelectorAll("input")) field.value = ""
  return copy
}

customElements.define("table-input", TableInput)
