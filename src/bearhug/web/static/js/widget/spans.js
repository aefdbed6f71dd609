// A text cut where parts of it are marked.

/**
 * [{ text, mark }]: every character of the text once, in order; mark is the entity it lies in, or null. Entities that
 * overlap an earlier one, or lie outside the text, are left out. Offsets count code points, as Python's do.
 */
export function pieces(text, entities) {
  const letters = [...text]
  const found = []
  let at = 0
  for (const mark of inOrder(entities, letters.length)) {
    if (mark.start < at) continue
    if (mark.start > at) found.push({ text: letters.slice(at, mark.start).join(""), mark: null })
    found.push({ text: letters.slice(mark.start, mark.end).join(""), mark })
    at = mark.end
  }
  if (at < letters.length) found.push({ text: letters.slice(at).join(""), mark: null })
  return found
}

function inOrder(entities, length) {
  const sound = entities.filter(({ start, end }) => Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= length)
  return sound.sort((one, other) => one.start - other.start || other.end - one.end)
}

const HUES = ["blue", "green", "purple", "orange", "pink", "tabular", "honey", "indigo", "action", "vision", "multimodal", "audio"]
const USUAL = { PER: "blue", PERSON: "blue", LOC: "green", GPE: "green", ORG: "purple", MISC: "orange", DATE: "honey", TIME: "honey" }

/** The colour of each label, the usual ones always the same, the others in the order they come. */
export function hues(labels) {
  const bare = label => label.replace(/^[BILUSE]-/, "")
  const names = [...new Set(labels)]
  const taken = new Set(names.map(name => USUAL[bare(name)]).filter(Boolean))
  const free = HUES.filter(hue => !taken.has(hue))
  let at = 0
  return new Map(names.map(name => [name, USUAL[bare(name)] ?? (free.length ? free : HUES)[at++ % (free.length || HUES.length)]]))
}
