// Asking a model of this hub to do its task: waits while it wakes, and says in words what went wrong.
import { pause } from "../timing.js"
import { watching } from "../asking.js"

const AGAIN_MS = 1000

/**
 * Answers { answer, type, seconds, device, run }: JSON, or a Blob for pictures and sound. waking(words, progress) is told
 * how far the model is. Throws an Error with words for people; aborting the signal stops the work.
 */
export async function infer(model, body, { signal, waking }) {
  const watch = watching(model, waking)
  const began = performance.now()
  try {
    const response = await held(`/hf-inference/models/${model}`, body, signal)
    const type = response.headers.get("content-type") ?? ""
    return {
      answer: type.startsWith("application/json") ? await response.json() : await response.blob(),
      type,
      seconds: Number(response.headers.get("x-compute-time")) || (performance.now() - began) / 1000,
      device: response.headers.get("x-compute-type") ?? "",
      run: response.headers.get("x-answer-id") ?? "",
    }
  } finally {
    watch.end()
  }
}

/** The hub holds a question while the model wakes, for a while; then one asks again. */
async function held(url, body, signal) {
  const headers = { "Content-Type": "application/json", "X-Wait-For-Model": "1" }
  for (;;) {
    const response = await fetch(url, { method: "POST", signal, headers, body: JSON.stringify(body) }).catch(error => { throw explained(error) })
    if (response.ok) return response
    const told = await response.json().catch(() => ({}))
    if (response.status !== 503 || told.estimated_time === undefined) throw new Error(inWords(response.status, told))
    await pause(AGAIN_MS, signal)
  }
}

function explained(error) {
  return error.name === "AbortError" ? error : new Error("The hub does not answer. It may be starting again.")
}

function inWords(status, { error }) {
  const words = typeof error === "string" ? error : error?.message
  return words ?? `The hub answered ${status}.`
}
