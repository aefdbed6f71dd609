// The git-lfs batch API and its two transfers, basic and multipart.
import { put } from "./put.js"

const TYPE = "application/vnd.git-lfs+json"
const PART_TRIES = 4

/** Map of oid to what the server answers for it: no `actions` means it holds the content already. */
export async function batch(items, { git, revision, createPr, signal }) {
  const asked = {
    operation: "upload",
    transfers: ["basic", "multipart"],
    hash_algo: "sha256",
    objects: items.map(({ oid, file }) => ({ oid, size: file.size })),
    ...(createPr ? {} : { ref: { name: revision } }),
  }
  const answer = await (await post(`${git}/info/lfs/objects/batch`, asked, signal)).json()
  return new Map(answer.objects.map(object => [object.oid, object]))
}

/** Sends one item's content as its answer says, then has it verified. */
export async function send(item, answer, { heard, signal }) {
  if (!answer || answer.error) throw new Error(answer?.error.message ?? "The hub did not answer for this file.")
  if (!answer.actions) return heard(item, item.file.size)
  const { upload, verify } = answer.actions
  const told = { signal, tries: PART_TRIES, heard: bytes => heard(item, bytes) }
  if (upload.header?.chunk_size) await sendParts(item, upload, told)
  else await put(upload.href, item.file, told)
  if (verify) await post(verify.href, { oid: item.oid, size: item.file.size }, signal, verify.header)
}

async function sendParts({ oid, file }, { href, header }, told) {
  const size = Number(header.chunk_size)
  const numbers = Object.keys(header).filter(name => /^\d+$/.test(name)).sort((a, b) => a - b)
  const parts = []
  for (const [at, number] of numbers.entries()) {
    const from = at * size
    const heard = bytes => told.heard(from + bytes)
    const etag = await put(header[number], file.slice(from, from + size), { ...told, heard })
    parts.push({ partNumber: Number(number), etag })
  }
  await post(href, { oid, parts }, told.signal)
}

async function post(url, body, signal, header = {}) {
  const headers = { ...header, "Content-Type": TYPE, Accept: TYPE }
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body), headers, signal })
  if (response.ok) return response
  const { message, error } = await response.json().catch(() => ({}))
  throw new Error(message || error || `The hub answered ${response.status}.`)
}
