/**
 * <add-row rows=".selector"> around rows of fields and a hidden button: shows the button, which adds another row,
 * a copy of the last with its text fields emptied, and puts the cursor there.
 */
class AddRow extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button")
    button.hidden = false
    button.addEventListener("click", () => this.#add())
  }

  #add() {
    const rows = this.querySelector(this.getAttribute("rows"))
    const row = rows.lastElementChild.cloneNode(true)
    for (const field of row.querySelectorAll("input")) field.value = ""
    rows.append(row)
    row.querySelector("input").focus()
  }
}

customElements.define("add-row", AddRow)
