/**
 * <drag-list api="/api/…/items"> around an <ol> whose <li data-item data-position> have a [data-grip] and a form of up
 * and down buttons: an item is dragged by its grip, or moved by its buttons, in place; PATCH {api}/{item} keeps its
 * new position. [role=status] says where it went. With `still`, or without a script, the forms are all there is.
 */
class DragList extends HTMLElement {
  #held = null
  #last = Promise.resolve()

  connectedCallback() {
    if (this.hasAttribute("still")) return
    for (const grip of this.querySelectorAll("[data-grip]")) grip.hidden = false
    this.addEventListener("pointerdown", event => this.#grab(event))
    this.addEventListener("pointermove", event => this.#held && this.#drag(event))
    this.addEventListener("pointerup", () => this.#drop())
    this.addEventListener("pointercancel", () => this.#drop())
    this.addEventListener("submit", event => this.#press(event))
  }

  get #items() { return [...this.querySelectorAll("li[data-item]")] }

  #grab(event) {
    const grip = event.target.closest("[data-grip]")
    if (!grip || event.button !== 0) return
    event.preventDefault()
    grip.setPointerCapture(event.pointerId)
    const item = grip.closest("li")
    this.#held = { item, from: this.#items.indexOf(item) }
    item.classList.add("held")
  }

  #drag(event) {
    const { item } = this.#held
    const over = this.#items.find(each => {
      const box = each.getBoundingClientRect()
      return each !== item && event.clientY > box.top && event.clientY < box.bottom
    })
    if (!over) return
    const box = over.getBoundingClientRect()
    const below = event.clientY > box.top + box.height / 2
    below ? over.after(item) : over.before(item)
  }

  #drop() {
    if (!this.#held) return
    const { item, from } = this.#held
    item.classList.remove("held")
    this.#held = null
    if (this.#items.indexOf(item) !== from) this.#keep(item)
  }

  #press(event) {
    const step = { up: -1, down: 1 }[event.submitter?.value]
    const item = event.target.closest("li[data-item]")
    if (!step || !item) return
    event.preventDefault()
    const items = this.#items
    const neighbour = items[items.indexOf(item) + step]
    if (!neighbour) return
    step < 0 ? neighbour.before(item) : neighbour.after(item)
    this.#keep(item)
    // At an end the button pressed goes to sleep: the other one takes the focus.
    const tools = event.submitter.closest("form")
    if (event.submitter.disabled) tools.querySelector("button:not(:disabled)").focus()
    else event.submitter.focus()
  }

  /** Positions are numbered anew by the server as they stand here; hidden items keep their numbers between. */
  #keep(item) {
    const items = this.#items
    const at = items.indexOf(item)
    const numbers = items.map(each => Number(each.dataset.position)).sort((a, b) => a - b)
    items.forEach((each, place) => {
      each.dataset.position = numbers[place]
      for (const [deed, end] of [["up", 0], ["down", items.length - 1]])
        each.querySelector(`button[value=${deed}]`).disabled = place === end
    })
    this.querySelector("[role=status]").textContent = `Now ${at + 1} of ${items.length}.`
    this.#last = this.#last.then(() => this.#send(item.dataset.item, numbers[at]))
  }

  async #send(item, position) {
    const response = await fetch(`${this.getAttribute("api")}/${item}`, {
      method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ position }),
    })
    if (!response.ok) location.reload()
  }
}

customElements.define("drag-list", DragList)
