/**
 * <talk-item> around a comment: posts the forms in it and takes the new comment from the answer. The page stays where
 * it is. Without a script, or when the hub says no, the form is sent as any other.
 */
import { awaken } from "../awaken.js"

class TalkItem extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", event => {
      if (event.target.hasAttribute("data-refused")) return
      event.preventDefault()
      this.#send(event.target, event.submitter)
    })
  }

  async #send(form, button) {
    if (this.hasAttribute("busy")) return
    this.toggleAttribute("busy", true)
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Fragment: "comment" },
      body: new URLSearchParams(new FormData(form, button)),
    })
    this.toggleAttribute("busy", false)
    if (!response.ok) {
      form.toggleAttribute("data-refused", true)
      return form.requestSubmit(button)
    }
    const answer = document.createElement("template")
    answer.innerHTML = await response.text()
    this.replaceChildren(...answer.content.querySelector("talk-item").childNodes)
    awaken(this)
    this.querySelector("summary")?.focus()
  }
}

customElements.define("talk-item", TalkItem)
