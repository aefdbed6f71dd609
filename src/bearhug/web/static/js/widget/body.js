// The body that the public API takes, from a form's fields: a field's name is its place, "inputs.question".

/** fields: [{ name, as, value }]; empty ones are left out. Names that end in [] are for who has no script. */
export function bodyOf(fields) {
  const body = {}
  for (const { name, as, value } of fields) {
    const sent = read(as, value)
    if (!name || name.endsWith("[]") || isEmpty(sent)) continue
    const way = name.split(".")
    const last = way.pop()
    let place = body
    for (const step of way) place = place[step] ??= {}
    place[last] = sent
  }
  return { inputs: "", ...body }
}

/** The same body with a file's name where its bytes are, and without what no code would show. */
export function withoutBytes(body, names) {
  const told = value => {
    if (typeof value === "string" && names.has(value)) return { $file: names.get(value) }
    if (Array.isArray(value) || value === null || typeof value !== "object") return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, told(each)]))
  }
  return told(body)
}

/** What a person reads of an answer: a long text or list is cut short, and says so. */
export function shortened(value, most = 120) {
  if (typeof value === "string") return value.length > 4 * most ? `${value.slice(0, 32)}… (${value.length} characters)` : value
  if (Array.isArray(value)) {
    const kept = value.slice(0, most).map(each => shortened(each, most))
    return value.length > most ? [...kept, `… ${value.length - most} more`] : kept
  }
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shortened(each, most)]))
}

function read(as, value) {
  if (as === "number") return value === "" ? undefined : Number(value)
  if (as === "words") return value.split(",").map(word => word.trim()).filter(Boolean)
  return value
}

function isEmpty(value) {
  return value === undefined || value === null || value === "" || value === false || (Array.isArray(value) && !value.length)
}
