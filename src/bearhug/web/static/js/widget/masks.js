// Regions of a picture, each on its colour; the legend switches them on and off.
import { addressOf, node, score } from "./dom.js"
import { hues } from "./spans.js"

export function masks(answer, { file }) {
  const keys = answer.map(({ label }, at) => `${label} ${at}`)
  const colours = hues(keys)
  const layers = answer.map(({ mask }, at) => layer(mask, colours.get(keys[at])))
  const rows = answer.map(({ label, score: value }, at) => {
    const box = node("input", { type: "checkbox", checked: true })
    box.addEventListener("change", () => { layers[at].hidden = !box.checked })
    return node("li", { "data-hue": colours.get(keys[at]) }, node("label", { class: "row row--firm grow" }, box, node("span", { class: "found__hue" }), node("span", { class: "grow wrap" }, label)),
      ...(typeof value === "number" ? [node("span", { class: "num" }, score(value))] : []))
  })
  const picture = node("div", { class: "over" }, node("img", { src: file.url, alt: "The picture that was sent" }), ...layers)
  if (!answer.length) return [picture, node("p", { class: "soft" }, "It found nothing.")]
  return [picture, node("ol", { class: "found", "aria-label": "What it found" }, ...rows)]
}

/** A mask is light where the region is: its light becomes how much of the colour is seen. */
function layer(mask, hue) {
  const canvas = node("canvas", { class: "mask", "data-hue": hue, "aria-hidden": "true" })
  const image = new Image()
  image.addEventListener("load", () => paint(canvas, image))
  image.src = addressOf(mask)
  return canvas
}

function paint(canvas, image) {
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight })
  const pen = canvas.getContext("2d", { willReadFrequently: true })
  pen.drawImage(image, 0, 0)
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height)
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at]
  pen.putImageData(pixels, 0, 0)
  pen.globalCompositeOperation = "source-in"
  pen.fillStyle = getComputedStyle(canvas).color
  pen.fillRect(0, 0, canvas.width, canvas.height)
}
