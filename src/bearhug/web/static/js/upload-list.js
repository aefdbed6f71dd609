import { size } from "./format.js"

const WORDS = { waiting: "", reading: "reading", sending: "sending", sent: "arrived", done: "done", same: "already there", ignored: "ignored by .gitignore", failed: "failed" }
const SHOWN = 500

/** The queue of files under a drop: a row each, with its progress; one line and bar for all. */
export class UploadList {
  #held = new Map()
  #drop

  /** drop(path): called when a row is taken out. */
  constructor(drop) {
    this.#drop = drop
    this.element = make("div", "stack stack--tight")
    this.words = make("p", "soft num")
    this.words.role = "status"
    this.bar = make("progress")
    this.bar.ariaLabel = "All files"
    this.rows = make("ul", "uploads")
    this.more = make("p", "small soft")
    this.element.append(this.words, this.bar, this.rows, this.more)
    this.#tidy()
  }

  /** Bytes of all: { done, total }. */
  get progress() {
    const held = [...this.#held.values()]
    const sum = pick => held.reduce((bytes, each) => bytes + pick(each), 0)
    return { done: sum(each => each.bytes), total: sum(each => each.item.file.size) }
  }

  /** One row per path; beyond some hundreds they are only counted, for the page's sake. */
  put(item) {
    this.#held.get(item.path)?.row.remove()
    const row = this.#row(item)
    this.#held.set(item.path, { item, row, bytes: 0 })
    if (this.rows.childElementCount < SHOWN) this.rows.append(row)
    this.#tidy()
  }

  show(item, bytes) {
    const held = this.#held.get(item.path)
    const { row } = held
    // Reading is quick and says nothing of what has arrived.
    if (item.state !== "reading") held.bytes = bytes
    row.dataset.state = item.state
    Object.assign(row.querySelector("progress"), { max: item.file.size || 1, value: bytes })
    const words = item.state === "failed" ? item.error.message : WORDS[item.state]
    row.querySelector(".uploads__said").textContent = words || size(item.file.size)
    const { done, total } = this.progress
    Object.assign(this.bar, { max: total || 1, value: done })
  }

  tell(words, bad = false) {
    this.words.textContent = words
    this.words.className = bad ? "field__error" : "soft num"
  }

  #row(item) {
    const row = make("li")
    const name = make("span", "clip mono")
    name.textContent = name.title = item.path
    const said = make("span", "uploads__said")
    said.textContent = size(item.file.size)
    const bar = make("progress")
    bar.ariaLabel = item.path
    row.dataset.state = item.state
    row.append(icon("file"), name, said, this.#out(item, row), bar)
    return row
  }

  #out(item, row) {
    const button = make("button", "button button--quiet button--small button--icon")
    Object.assign(button, { type: "button", ariaLabel: `Leave out ${item.path}` })
    button.append(icon("x"))
    button.addEventListener("click", () => {
      row.remove()
      this.#held.delete(item.path)
      this.#tidy()
      this.#drop(item.path)
    })
    return button
  }

  #tidy() {
    this.element.hidden = !this.#held.size
    const hidden = this.#held.size - this.rows.childElementCount
    this.more.textContent = hidden > 0 ? `and ${hidden} more` : ""
  }
}

function make(name, className = "") {
  return Object.assign(document.createElement(name), { className })
}

/** The sheet of icons lies beside this module. */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("class", "icon")
  svg.ariaHidden = "true"
  const use = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"))
  use.setAttribute("href", new URL("../img/icons.svg", import.meta.url).pathname + `#${name}`)
  return svg
}
