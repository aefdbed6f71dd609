// <tab-keys> around a nav of tabs or segments: arrows, Home and End walk it; the current one is scrolled into view.
const TO = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (at, count) => count - 1,
}

class TabKeys extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", event => this.#key(event))
    this.#reveal()
  }

  // Not scrollIntoView: it would scroll the page as well.
  #reveal() {
    const current = this.querySelector("[aria-current]")
    const nav = this.querySelector("nav")
    if (current) nav.scrollLeft = current.offsetLeft - nav.offsetLeft - (nav.clientWidth - current.clientWidth) / 2
  }

  #key(event) {
    const links = [...this.querySelectorAll("a")]
    const at = links.indexOf(document.activeElement)
    if (at < 0 || !(event.key in TO)) return
    event.preventDefault()
    links[TO[event.key](at, links.length)].focus()
  }
}

customElements.define("tab-keys", TabKeys)
