// Asking a model of this hub: waits while it wakes, yields what it says, and says in words what went wrong.
import { eventData } from "./events.js"

const PATIENCE_MS = 150
const AGAIN_MS = 1000

/**
 * Yields { id, text, tokens, finish } as the model speaks. body is OpenAI's; waking(words) is told how far the
 * model is. Throws an Error with words for people; aborting the signal stops the model.
 */
export async function* ask(model, body, { chat, signal, waking }) {
  const url = chat ? "/v1/chat/completions" : "/v1/completions"
  const watch = watching(model, waking)
  try {
    const response = await held(url, { ...body, model, stream: true, stream_options: { include_usage: true } }, signal)
    for await (const chunk of eventData(response)) {
      if (chunk.error) throw new Error(chunk.error.message)
      const told = spoken(chunk)
      if (told.text) watch.end()
      yield told
    }
  } finally {
    watch.end()
  }
}

/** The hub holds a question while the model wakes, for a while; then one asks again. */
async function held(url, body, signal) {
  const options = { method: "POST", signal, body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-Wait-For-Model": "1" } }
  for (;;) {
    const response = await fetch(url, options).catch(error => { throw explained(error) })
    if (response.ok) return response
    const { error = {}, estimated_time } = await response.json().catch(() => ({}))
    if (response.status !== 503 || estimated_time === undefined) throw new Error(error.message ?? `The hub answered ${response.status}.`)
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
    signal.throwIfAborted()
  }
}

function explained(error) {
  return error.name === "AbortError" ? error : new Error("The hub does not answer. It may be starting again.")
}

function spoken({ id, choices, usage }) {
  const [choice] = choices ?? []
  return { id, text: choice?.delta?.content ?? choice?.text ?? "", tokens: usage?.completion_tokens, finish: choice?.finish_reason }
}

/** Follows the model's waking, unless it answers at once; waking(words, progress) hears of it, "" at its end. */
export function watching(model, waking) {
  let source
  const timer = setTimeout(() => {
    source = new EventSource(`/api/models/${model}/placement/events`)
    source.onmessage = ({ data }) => {
      const { stage, words, progress } = JSON.parse(data)
      if (stage === "loading") waking(words, progress)
      else if (stage === "ready" || stage === "failed") stop()
    }
    source.onerror = stop
  }, PATIENCE_MS)
  const stop = () => {
    clearTimeout(timer)
    source?.close()
  }
  return { end() { stop(); waking("") } }
}
