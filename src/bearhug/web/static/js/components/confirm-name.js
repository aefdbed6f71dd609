// <confirm-name name="ada/old"> around a form: its last button wakes once that name is typed. The server checks it too.
class ConfirmName extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.#judge())
    this.#judge()
  }

  #judge() {
    const typed = this.querySelector("input:not([type=hidden])").value.trim()
    this.querySelector("button:last-of-type").disabled = typed !== this.getAttribute("name")
  }
}

customElements.define("confirm-name", ConfirmName)
