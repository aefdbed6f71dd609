/**
 * <image-input name="inputs" src="…" label="bear.png"> around .drop, .chosen and an error's line: a picture that is dropped,
 * pasted, chosen or an example's. `value` is its bytes in base64, `told` { url, name, width, height }. A large photograph
 * is made smaller first: no model looks at more.
 */
import { Field } from "../widget/field.js"
import { base64, fetched, takes } from "../widget/picking.js"
import { node } from "../widget/dom.js"

const MOST_PIXELS = 2048
const MOST_BYTES = 4_000_000

class ImageInput extends Field {
  value = ""
  told = null

  connectedCallback() {
    takes(this, "image", file => this.#take(file))
    this.hidden = false
    this.#ask()
    const src = this.getAttribute("src")
    if (src) this.load({ src, name: this.getAttribute("label") })
  }

  /** Holds none any more. */
  clear() {
    Object.assign(this, { value: "", told: null })
    this.querySelector(".chosen").hidden = true
    this.#ask()
  }

  #ask() {
    if (!this.hasAttribute("optional")) this.missing("Choose a picture first.", this.querySelector("input"))
  }

  /** An example's picture: { src, name }. */
  async load(example) {
    try {
      await this.#take(await fetched(example))
    } catch (error) {
      this.#say(error.message)
    }
  }

  async #take(file) {
    this.#say("")
    const image = await createImageBitmap(file).catch(() => null)
    if (!image) return this.#say("This browser cannot read that picture. Try a PNG or a JPEG.")
    const sent = await smaller(image, file)
    this.value = await base64(sent.blob)
    if (this.told) URL.revokeObjectURL(this.told.url)
    this.told = { url: URL.createObjectURL(sent.blob), name: file.name || "picture.png", type: sent.blob.type, width: sent.width, height: sent.height }
    this.#show()
    this.missing("")
    this.changed()
  }

  #show() {
    const chosen = this.querySelector(".chosen")
    chosen.hidden = false
    chosen.replaceChildren(node("img", { src: this.told.url, alt: this.told.name }))
  }

  #say(words) {
    const line = this.querySelector(".field__error")
    line.hidden = !words
    line.textContent = words
  }
}

async function smaller(image, file) {
  const { width, height } = image
  const share = Math.min(1, MOST_PIXELS / Math.max(width, height))
  const plain = /^image\/(png|jpeg|webp|gif|bmp)$/.test(file.type)
  if (plain && share === 1 && file.size <= MOST_BYTES) return { blob: file, width, height }
  const canvas = new OffscreenCanvas(Math.round(width * share), Math.round(height * share))
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await canvas.convertToBlob({ type: file.type === "image/png" ? "image/png" : "image/jpeg", quality: 0.92 })
  return { blob, width: canvas.width, height: canvas.height }
}

customElements.define("image-input", ImageInput)
