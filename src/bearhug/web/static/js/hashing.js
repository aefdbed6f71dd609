import { Sha256 } from "./sha256.js"

const PIECE_BYTES = 4 * 1024 * 1024

/** The SHA-256 of a Blob in hexadecimal, read piece by piece. `heard(bytes)` is told how far it is. */
export async function sha256(blob, { heard = () => {}, signal } = {}) {
  const hash = new Sha256()
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    signal?.throwIfAborted()
    hash.update(new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer()))
    heard(Math.min(at + PIECE_BYTES, blob.size))
  }
  return hash.hex()
}

/** The same in a worker of its own, so that the page stays quick; here, where there are no workers. */
export function sha256Aside(blob, { heard = () => {}, signal } = {}) {
  if (typeof Worker === "undefined") return sha256(blob, { heard, signal })
  const worker = new Worker(new URL("./hash-worker.js", import.meta.url), { type: "module" })
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => data.oid ? resolve(data.oid) : heard(data.bytes)
    worker.onerror = event => reject(new Error(event.message || "The file could not be read."))
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    worker.postMessage(blob)
  })
  return answer.finally(() => worker.terminate())
}
