// <relative-time><time datetime="…">…</time></relative-time>: keeps the age true while the page stays open.
import { age } from "../format.js"

const MINUTE_MS = 60_000
const shown = new Set()
setInterval(() => shown.forEach(element => element.tell()), MINUTE_MS)

class RelativeTime extends HTMLElement {
  connectedCallback() {
    shown.add(this)
    this.tell()
  }

  disconnectedCallback() {
    shown.delete(this)
  }

  tell() {
    const time = this.querySelector("time")
    const words = age(Date.parse(time.dateTime))
    if (time.textContent !== words) time.textContent = words
  }
}

customElements.define("relative-time", RelativeTime)
