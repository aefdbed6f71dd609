// Server-sent events, as the HTML standard §9.2.6 reads them, from a fetch response (EventSource cannot POST).

/** Takes text as it comes, cut anywhere; gives the events that are complete. */
export class EventParser {
  #rest = ""
  #event = { type: "message", data: [], id: "" }

  /** Returns an array of { type, data, id }. */
  push(text) {
    // A carriage return at the end may be half of a line end: it waits for what follows.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop()
    return lines.map(line => this.#line(line)).filter(Boolean)
  }

  #line(line) {
    if (line === "") return this.#complete()
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)
    if (name === "data") this.#event.data.push(value ?? "")
    if (name === "event") this.#event.type = value
    if (name === "id") this.#event.id = value
    return null
  }

  #complete() {
    const { type, data, id } = this.#event
    this.#event = { type: "message", data: [], id }
    return data.length ? { type, data: data.join("\n"), id } : null
  }
}

/** Yields each event of a response; leaving the loop stops the stream. */
export async function* serverEvents(response) {
  const parser = new EventParser()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // What the server did not end with an empty line is no event, unless it simply closed after its last.
      yield* parser.push(done ? "\n\n" : value)
      if (done) return
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** Yields the JSON `data` of each event, until [DONE], as OpenAI's API streams. */
export async function* eventData(response) {
  for await (const { data } of serverEvents(response)) {
    if (data === "[DONE]") return
    yield JSON.parse(data)
  }
}
