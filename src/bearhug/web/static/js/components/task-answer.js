/**
 * <task-answer kind="boxes" answer="[…]" body="{…}" file="…"> around the same in words: an answer that was kept, drawn as
 * the widget of its task drew it (widget/answers.js). Files are addresses.
 */
import { shown } from "../widget/answers.js"

class TaskAnswer extends HTMLElement {
  async connectedCallback() {
    const [answer, body] = ["answer", "body"].map(name => JSON.parse(this.getAttribute(name)))
    const url = this.getAttribute("file")
    const file = url ? { url, play: at => this.#play(at), ...(await size(url, this.getAttribute("type"))) } : undefined
    this.replaceChildren(...await shown(this.getAttribute("kind"), answer, { body, file }))
    this.classList.add("answer")
  }

  #play(at) {
    const player = document.querySelector("audio[data-asked]")
    player.currentTime = at
    player.play()
  }
}

/** A picture's size, in pixels. */
async function size(url, type) {
  if (!type.startsWith("image/")) return {}
  const image = new Image()
  image.src = url
  await image.decode()
  return { width: image.naturalWidth, height: image.naturalHeight }
}

customElements.define("task-answer", TaskAnswer)
