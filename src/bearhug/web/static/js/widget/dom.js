// Elements made of words and each other: what a model says is text, never markup.
const SVG = "http://www.w3.org/2000/svg"

/** node("p", { class: "small", title: "…" }, "words", another) */
export function node(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

export function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children)
}

/** 0.97312 as 97.3 %; scores that are no shares of one keep three digits. */
export function score(value) {
  return value >= 0 && value <= 1 ? `${(100 * value).toFixed(value > 0.9995 || value < 0.0005 ? 0 : 1)} %` : plain(value)
}

/** A number that is no share of one: three digits, and a minus sign. */
export function plain(value) {
  return value.toFixed(3).replace("-", "−")
}

export function seconds(value) {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} s`
}

/** Where what a model made can be seen or heard: its bytes, base64 of them, or an address of this hub. */
export function addressOf(made, type = "image/png") {
  if (typeof made !== "string") return URL.createObjectURL(made)
  return made.startsWith("/") ? made : `data:${type};base64,${made}`
}

/** A link that saves these bytes; the address lives as long as the page. */
export function download(url, name) {
  return node("a", { class: "button button--small", href: url, download: name }, "Download")
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "")
    else if (value !== false && value !== undefined) element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child !== null && child !== undefined))
  return element
}
