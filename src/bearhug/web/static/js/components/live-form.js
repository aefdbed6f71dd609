/**
 * <live-form target="results"> around a GET form (and what it filters, if that is near): refreshes #results as one
 * types or ticks. It asks the same address for the block `results` alone, and keeps the address bar in step, so
 * every state is a link; a field that holds its data-default is left out of it. Each choice is a step that Back undoes;
 * what one types is one step. In the answer,
 * <template data-into="id"> fills that other element: counts beside facets.
 * Without a script the form simply submits.
 */
import { awaken } from "../awaken.js"
import { debounce } from "../timing.js"

const SETTLE_MS = 150

class LiveForm extends HTMLElement {
  #request = new AbortController()
  #soon = debounce(() => this.#refresh(), SETTLE_MS)
  #stepping = false
  #typing = null

  connectedCallback() {
    this.addEventListener("input", event => event.target.form === this.#form && this.#changed(event.target))
    this.addEventListener("submit", event => {
      if (event.target !== this.#form) return
      event.preventDefault()
      this.#refresh()
    })
    addEventListener("popstate", this.#back)
    // Someone was faster than this script, which is a step; or the browser put back what was ticked before: none.
    if (![...this.#form.elements].some(touched)) return
    this.#stepping = performance.getEntriesByType("navigation")[0]?.type === "navigate"
    this.#soon()
  }

  disconnectedCallback() {
    removeEventListener("popstate", this.#back)
  }

  // The address is another: the fields follow it, and the answer is fetched as for any other choice.
  #back = () => {
    const params = new URLSearchParams(location.search)
    for (const field of [...this.#form.elements].filter(field => field.name)) follow(field, params)
    this.#typing = null
    this.#refresh(new URL(location))
  }

  get #form() { return this.querySelector("form") }
  get #target() { return document.getElementById(this.getAttribute("target")) }

  // An answer to the old question must not arrive under the new one.
  #changed(field) {
    const typing = field.matches("input[type=search], input[type=text], input[type=range]")
    this.#stepping ||= !(typing && this.#typing === field)
    this.#typing = typing && field
    this.#request.abort()
    this.#soon()
  }

  async #refresh(url = this.#url) {
    this.#request.abort()
    this.#request = new AbortController()
    this.#target.setAttribute("aria-busy", "true")
    try {
      const response = await fetch(url, { headers: { Fragment: this.#target.id }, signal: this.#request.signal })
      if (!response.ok) return location.assign(url)
      this.#show(await response.text())
      if (url.href !== location.href) history[this.#stepping ? "pushState" : "replaceState"](history.state, "", url)
      this.#stepping = false
    } catch (error) {
      if (error.name !== "AbortError") throw error
    }
  }

  get #url() {
    const url = new URL(this.#form.action)
    const usual = new Map([...this.#form.elements].map(field => [field.name, field.dataset.default]))
    const filled = [...new FormData(this.#form)].filter(([name, value]) => value !== "" && value !== usual.get(name))
    url.search = new URLSearchParams(filled)
    return url
  }

  #show(html) {
    const answer = document.createElement("template")
    answer.innerHTML = html
    for (const part of answer.content.querySelectorAll("template[data-into]")) {
      fill(document.getElementById(part.dataset.into), part.content)
      part.remove()
    }
    fill(this.#target, answer.content)
    this.#target.removeAttribute("aria-busy")
  }
}

/** Whoever had the focus in it has it again, with the caret where it was. */
function fill(element, content) {
  const had = element.contains(document.activeElement) ? document.activeElement : null
  element.replaceChildren(content)
  awaken(element)
  const again = had && [...element.querySelectorAll(had.localName)].find(node => same(node, had))
  if (!again) return
  again.focus({ preventScroll: true })
  if (had.matches("input[type=search], input[type=text], textarea")) again.setSelectionRange(had.selectionStart, had.selectionEnd)
}

function follow(field, params) {
  const given = params.getAll(field.name)
  if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value)
  else if (field.type !== "hidden") field.value = given[0] ?? field.dataset.default ?? ""
}

function touched(field) {
  return field.localName === "input" && (field.checked !== field.defaultChecked || field.value !== field.defaultValue)
}

function same(node, other) {
  if (node.id || other.id) return node.id === other.id
  return ["name", "value", "href"].every(name => node.getAttribute(name) === other.getAttribute(name))
}

customElements.define("live-form", LiveForm)
