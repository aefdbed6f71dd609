/** <send-keys> around a form: Ctrl Enter in a text sends it, by its last button. */
class SendKeys extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", event => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      const buttons = this.querySelectorAll("button:not([type=button])")
      this.querySelector("form").requestSubmit(buttons[buttons.length - 1])
    })
  }
}

customElements.define("send-keys", SendKeys)
