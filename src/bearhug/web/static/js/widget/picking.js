// A file that was dropped, pasted, chosen, or that an example names.

/** Calls taken(file) for what is dropped on, pasted in or chosen in the element; `kind` is "image" or "audio". */
export function takes(element, kind, taken) {
  const over = on => event => {
    event.preventDefault()
    element.toggleAttribute("over", on)
  }
  const first = files => [...files].find(({ type }) => type.startsWith(`${kind}/`) || (kind === "audio" && type.startsWith("video/")))
  const take = files => {
    const file = first(files)
    if (file) taken(file)
  }
  element.addEventListener("dragover", over(true))
  element.addEventListener("dragleave", event => element.contains(event.relatedTarget) || over(false)(event))
  element.addEventListener("drop", event => {
    over(false)(event)
    take(event.dataTransfer.files)
  })
  element.querySelector("input[type=file]").addEventListener("change", ({ target }) => {
    take(target.files)
    target.value = ""
  })
  if (kind === "image") element.closest("form").addEventListener("paste", event => take(event.clipboardData.files))
}

/** The file an example names, fetched from this hub. Throws an Error with words for people. */
export async function fetched({ src, name }) {
  const response = await fetch(src).catch(() => null)
  if (!response?.ok) throw new Error(`The example's file, ${name}, is not on this hub.`)
  const blob = await response.blob()
  return new File([blob], name, { type: blob.type })
}

/** The bytes as the API takes them inside JSON. */
export async function base64(blob) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.onerror = () => reject(new Error("The file cannot be read."))
    reader.readAsDataURL(blob)
  })
  return url.slice(url.indexOf(",") + 1)
}
