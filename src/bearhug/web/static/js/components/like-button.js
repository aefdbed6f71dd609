/** <like-button> around a like's form: posts it and takes the new button from the answer. The page stays where it is. */
import { awaken } from "../awaken.js"

class LikeButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", event => {
      event.preventDefault()
      this.#send(event.target, event.submitter)
    })
  }

  async #send(form, button) {
    if (this.hasAttribute("busy")) return
    this.toggleAttribute("busy", true)
    const body = new URLSearchParams({ [button.name]: button.value })
    const response = await fetch(form.action, { method: "POST", headers: { Fragment: "like" }, body })
    if (!response.ok) return form.submit()
    const answer = document.createElement("template")
    answer.innerHTML = await response.text()
    this.replaceChildren(...answer.content.querySelector("like-button").childNodes)
    this.toggleAttribute("busy", false)
    awaken(this)
    this.querySelector("button").focus()
  }
}

customElements.define("like-button", LikeButton)
