/**
 * <source-lines> around .source: a press on a line's number marks it in the address (#L10), with Shift a range
 * (#L10-L20), and shows what the address marks. Without a script one line is marked, by :target.
 */
const MARKED = /^#L(\d+)(?:-L(\d+))?$/

class SourceLines extends HTMLElement {
  #shown = () => this.#show()

  connectedCallback() {
    this.addEventListener("click", event => {
      const number = event.target.closest(".source__numbers a")
      if (number) this.#press(event, Number(number.textContent))
    })
    addEventListener("hashchange", this.#shown)
    this.#show(true)
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.#shown)
  }

  get #range() {
    const [, from, to] = MARKED.exec(location.hash)?.map(Number) ?? []
    return from ? [Math.min(from, to || from), Math.max(from, to || from)] : null
  }

  #press(event, line) {
    event.preventDefault()
    const from = event.shiftKey && this.#range ? this.#range[0] : line
    const hash = from === line ? `#L${line}` : `#L${Math.min(from, line)}-L${Math.max(from, line)}`
    history.replaceState(history.state, "", hash)
    this.#show()
  }

  #show(scroll = false) {
    for (const marked of this.querySelectorAll(".source__numbers .on")) marked.classList.remove("on")
    if (!this.#range) return
    const [from, to] = this.#range
    for (let line = from; line <= to; line++) this.querySelector(`#L${line}`)?.classList.add("on")
    if (scroll) this.querySelector(`#L${from}`)?.scrollIntoView({ block: "center" })
  }
}

customElements.define("source-lines", SourceLines)
