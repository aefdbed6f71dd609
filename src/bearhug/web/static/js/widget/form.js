// A widget's form: its fields read as the API's body, and filled in from an example.
import { bodyOf } from "./body.js"

/** Fields that are components of ours have loaded. */
export async function ready(form) {
  const ours = [...form.querySelectorAll("[name]")].map(({ localName }) => localName).filter(tag => tag.includes("-"))
  await Promise.all([...new Set(ours)].map(tag => customElements.whenDefined(tag)))
}

/** The body. */
export function read(form) {
  return bodyOf(named(form).map(field => ({ name: field.name, as: field.dataset.as, value: field.type === "checkbox" ? field.checked : field.value })))
}

/** The fields that hold a picture or sound. */
export function filesOf(form) {
  return named(form).filter(field => "told" in field)
}

/** Sets the fields an example speaks of; the others keep what they have, but for what it would contradict. */
export async function fill(form, fills) {
  for (const field of named(form)) {
    if (field.name in fills) await set(field, fills[field.name])
    else if (field.name.startsWith("parameters.") && field.dataset.as !== "switch") field.value = field.defaultValue ?? ""
  }
}

function named(form) {
  return [...form.elements].filter(field => /^(inputs|parameters|normalize)/.test(field.name ?? ""))
}

async function set(field, value) {
  if (field.load) await field.load(value)
  else if (field.type === "checkbox") field.checked = value === true
  else field.value = Array.isArray(value) && field.dataset.as === "words" ? value.join(", ") : value
}
