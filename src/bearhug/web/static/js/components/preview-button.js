/**
 * <preview-button target="preview"> around a submit button: shows in #preview what the form's answer holds in the
 * block of that name, and stays on the page. Without a script the button sends the form and the page comes back.
 */
import { awaken } from "../awaken.js"

class PreviewButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", event => {
      const button = event.target.closest("button")
      if (!button) return
      event.preventDefault()
      this.#show(button)
    })
  }

  async #show(button) {
    const target = document.getElementById(this.getAttribute("target"))
    button.disabled = true
    try {
      const body = new FormData(button.form)
      body.set(button.name, button.value)
      const response = await fetch(button.formAction, { method: "POST", body, headers: { Fragment: target.id } })
      if (!response.ok) return
      target.innerHTML = await response.text()
      awaken(target)
      target.scrollIntoView({ block: "nearest" })
    } finally {
      button.disabled = false
    }
  }
}

customElements.define("preview-button", PreviewButton)
