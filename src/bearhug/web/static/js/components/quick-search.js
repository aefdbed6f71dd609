/**
 * <quick-search> around the search form of the bar: shows what the hub has of that name while one types. The arrows
 * move through it, Enter goes there, or searches as the form does; Escape closes it. Without a script the form submits.
 */
import { debounce } from "../timing.js"

const SETTLE_MS = 120
const GROUPS = [
  ["models", "Models"], ["datasets", "Datasets"], ["spaces", "Spaces"], ["kernels", "Kernels"],
  ["orgs", "Organisations"], ["users", "People"], ["collections", "Collections"], ["papers", "Papers"],
]
const PER_GROUP = 4

class QuickSearch extends HTMLElement {
  #request = new AbortController()
  #soon = debounce(() => this.#ask(), SETTLE_MS)
  #list = make("div", { className: "quick", id: "quick", role: "listbox", hidden: true })

  connectedCallback() {
    this.#list.setAttribute("aria-label", "Found")
    this.querySelector("form").append(this.#list)
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "quick"]])
      this.#field.setAttribute(name, value)
    this.#field.autocomplete = "off"
    this.#field.addEventListener("input", () => this.#soon())
    this.#field.addEventListener("focus", () => this.#field.value && this.#soon())
    this.#field.addEventListener("keydown", event => this.#key(event) && event.preventDefault())
    this.addEventListener("focusout", event => this.contains(event.relatedTarget) || this.#close())
    this.#list.addEventListener("pointerdown", event => event.preventDefault()) // the field keeps the focus
    if (document.activeElement === this.#field && this.#field.value) this.#soon()
  }

  get #field() { return this.querySelector("input") }
  get #options() { return [...this.#list.querySelectorAll("[role=option]")] }
  get #chosen() { return this.#list.querySelector("[aria-selected=true]") }

  async #ask() {
    this.#request.abort()
    const text = this.#field.value.trim()
    if (!text) return this.#close()
    this.#request = new AbortController()
    try {
      const response = await fetch(`/api/quicksearch?${new URLSearchParams({ q: text, limit: PER_GROUP })}`, { signal: this.#request.signal })
      if (response.ok) this.#show(await response.json(), text)
    } catch (error) {
      if (error.name !== "AbortError") throw error
    }
  }

  #show(found, text) {
    if (!this.contains(document.activeElement)) return
    const groups = GROUPS.filter(([key]) => found[key]?.length).map(([key, words]) => group(words, found[key]))
    const rest = new URLSearchParams({ q: text })
    const all = [["Everything of that name", `/search?${rest}`], ["In the words of cards", `/search/full-text?${rest}`]]
    const more = make("div", { className: "quick__more" }, all.map(([words, href]) => option(words, href)))
    this.#list.replaceChildren(...groups, more)
    this.#options.forEach((each, at) => { each.id = `quick-${at}` })
    this.#list.hidden = false
    this.#field.setAttribute("aria-expanded", "true")
    this.#field.removeAttribute("aria-activedescendant")
  }

  #close() {
    this.#request.abort()
    this.#list.hidden = true
    this.#field.setAttribute("aria-expanded", "false")
    this.#field.removeAttribute("aria-activedescendant")
  }

  #key({ key }) {
    if (this.#list.hidden) return false
    if (key === "Escape") return this.#close() ?? true
    if (key === "Enter" && this.#chosen) return this.#chosen.click() ?? true
    const step = { ArrowDown: 1, ArrowUp: -1 }[key]
    if (!step) return false
    const options = this.#options
    const at = options.indexOf(this.#chosen)
    this.#choose(options[at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length])
    return true
  }

  #choose(option) {
    this.#chosen?.setAttribute("aria-selected", "false")
    option.setAttribute("aria-selected", "true")
    option.scrollIntoView({ block: "nearest" })
    this.#field.setAttribute("aria-activedescendant", option.id)
  }
}

function group(words, items) {
  const head = make("div", { className: "quick__head", textContent: words })
  const listed = make("div", { role: "group", ariaLabel: words }, [head, ...items.map(each => option(named(each), each.url, aside(each)))])
  return listed
}

function option(words, href, more = "") {
  const link = make("a", { className: "quick__one", href, role: "option", tabIndex: -1, ariaSelected: "false" })
  link.append(make("span", { className: "clip", textContent: words }))
  if (more) link.append(make("span", { className: "clip soft", textContent: more }))
  return link
}

const named = each => each.name ?? each.user ?? each.id ?? each.title

function aside(each) {
  const words = each.fullname ?? each.owner ?? each.title ?? ""
  return words === named(each) || named(each).endsWith(`/${words}`) ? "" : words
}

function make(tag, properties, children = []) {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children)
  return node
}

customElements.define("quick-search", QuickSearch)
