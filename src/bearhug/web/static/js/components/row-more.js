/**
 * <row-more list="hits" fragment="results"> around a list and its <nav class="pages"> with a[rel=next]: brings the
 * next page under the last row as its end comes into view. The answer is that block of the next page; its element
 * with the list's id gives the rows. After a few pages it waits to be pressed, so that the foot can be reached.
 */
import { awaken } from "../awaken.js"

const BY_ITSELF = 4

class RowMore extends HTMLElement {
  #pages = 0
  #observer = new IntersectionObserver(seen => seen.some(entry => entry.isIntersecting) && this.#bring(), { rootMargin: "400px" })

  connectedCallback() {
    this.addEventListener("click", event => {
      const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
      if (!plain || !event.target.closest("a[rel=next]")) return
      event.preventDefault()
      this.#bring()
    })
    this.#watch()
  }

  disconnectedCallback() {
    this.#observer.disconnect()
  }

  get #next() { return this.querySelector("a[rel=next]") }
  get #list() { return document.getElementById(this.getAttribute("list")) }

  // An observer reports changes only, so each new link is observed afresh.
  #watch() {
    this.#observer.disconnect()
    if (this.#next && this.#pages < BY_ITSELF) this.#observer.observe(this.#next)
  }

  async #bring() {
    const next = this.#next
    if (!next || this.hasAttribute("busy")) return
    this.toggleAttribute("busy", true)
    const response = await fetch(next.href, { headers: { Fragment: this.getAttribute("fragment") } })
    if (!response.ok) return location.assign(next.href)
    const page = document.createElement("template")
    page.innerHTML = await response.text()
    this.#list.append(...page.content.querySelector(`#${CSS.escape(this.#list.id)}`).children)
    this.querySelector("nav.pages").replaceWith(page.content.querySelector("nav.pages") ?? "")
    this.#pages += 1
    this.toggleAttribute("busy", false)
    awaken(this)
    this.#watch()
  }
}

customElements.define("row-more", RowMore)
