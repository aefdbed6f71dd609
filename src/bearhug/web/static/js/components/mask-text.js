// <mask-text mask="[MASK]"> around a button and a text: the button puts the mask where the cursor is, or over what is selected.
class MaskText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button")
    button.hidden = false
    button.addEventListener("click", () => this.#insert(this.querySelector("textarea")))
  }

  #insert(text) {
    const mask = this.getAttribute("mask")
    const before = text.value.slice(0, text.selectionStart)
    const space = before && !/\s$/.test(before) ? " " : ""
    text.setRangeText(space + mask, text.selectionStart, text.selectionEnd, "end")
    text.focus()
    text.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

customElements.define("mask-text", MaskText)
