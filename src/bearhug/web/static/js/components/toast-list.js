// <toast-list role="status">: what was done, said over the page for a while. Others say things by
// document.dispatchEvent(new CustomEvent("toast", { detail: "Copied" })).
const STAY_MS = 6000

class ToastList extends HTMLElement {
  #said = event => this.#say(event.detail)

  connectedCallback() {
    document.addEventListener("toast", this.#said)
    for (const toast of this.children) this.#passing(toast)
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#said)
  }

  #say(words) {
    const toast = document.createElement("p")
    toast.className = "toast"
    toast.textContent = words
    this.append(toast)
    this.#passing(toast)
  }

  /** Goes after a while, or when pressed; stays as long as one points at it. */
  #passing(toast) {
    const leave = () => toast.remove()
    let timer = setTimeout(leave, STAY_MS)
    toast.addEventListener("click", leave)
    toast.addEventListener("pointerenter", () => clearTimeout(timer))
    toast.addEventListener("pointerleave", () => { timer = setTimeout(leave, STAY_MS / 2) })
  }
}

customElements.define("toast-list", ToastList)
