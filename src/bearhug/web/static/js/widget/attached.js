// A picture beside what is said, in OpenAI's parts.

/** What the form says: its text, or parts of text and picture where one was attached; it is taken from the form. */
export function contentOf(form) {
  const text = form.elements.message.value
  const field = form.querySelector("image-input")
  if (!field?.value) return text
  const url = `data:${field.told.type};base64,${field.value}`
  field.clear()
  return [{ type: "text", text }, { type: "image_url", image_url: { url } }]
}

/** The words of a message's content. */
export function textOf(content) {
  return Array.isArray(content) ? content.filter(({ type }) => type === "text").map(({ text }) => text).join("\n") : content
}

/** The addresses of its pictures: bytes within the message alone, nothing from elsewhere. */
export function picturesOf(content) {
  const listed = Array.isArray(content) ? content.map(({ image_url: image }) => image?.url ?? "") : []
  return listed.filter(url => url.startsWith("data:image/"))
}
