// Commits File objects to a repo through the hub's own API, exactly as a client does (HUB_API §6):
// preupload, then bytes to LFS for what is large or binary, then one commit that names everything.
import { sha256Aside } from "./hashing.js"
import { batch, send } from "./lfs.js"
import { pooled } from "./timing.js"

const AT_ONCE = 100
const SAMPLE_BYTES = 512

/**
 * items: [{ path, file }], each gains `state` (waiting, reading, sending, sent, done, same, ignored, failed), `mode`,
 * `oid`, `error`. place: { api: "/api/models/ada/bert", git: "/ada/bert.git", revision }. said: { summary, description }.
 * heard(item, bytes) is told of each step. Resolves to the commit's answer, or null when nothing was new.
 * Rejects, committing nothing, if an item failed; calling again with the same items goes on where it stopped.
 */
export async function upload(items, place, { said, heard = () => {}, signal, createPr = false }) {
  const to = { ...place, createPr, signal, heard }
  for (const some of slices(items.filter(item => !item.mode), AT_ONCE)) await ask(some, to)
  const large = items.filter(item => item.mode === "lfs" && item.state !== "sent")
  for (const some of slices(large, AT_ONCE)) await bring(some, to)
  const failed = items.filter(item => item.state === "failed")
  if (failed.length) throw new UploadFailed(failed)
  const wanted = items.filter(item => !["ignored", "same"].includes(item.state))
  return wanted.length ? commit(wanted, to, said) : null
}

export class UploadFailed extends Error {
  constructor(items) {
    super(`${items.length === 1 ? items[0].path : `${items.length} files`} did not arrive: ${items[0].error.message}`)
    this.items = items
  }
}

/** Preupload: which way each file goes, and whether it is wanted at all. */
async function ask(items, to) {
  const files = await Promise.all(items.map(async ({ path, file }) => {
    return { path, size: file.size, sample: await base64(file.slice(0, SAMPLE_BYTES)) }
  }))
  const answer = await post(`${to.api}/preupload/${rev(to)}${pr(to)}`, JSON.stringify({ files }), to)
  const told = new Map(answer.files.map(file => [file.path, file]))
  for (const item of items) {
    const { uploadMode, shouldIgnore, oid } = told.get(item.path)
    item.mode = item.file.size ? uploadMode : "regular"
    item.held = oid
    mark(item, shouldIgnore ? "ignored" : "waiting", to)
  }
}

/** Hashes and sends what goes by LFS; what is there already is not sent again. */
async function bring(items, to) {
  const wanted = items.filter(item => item.state !== "ignored")
  await pooled(wanted, 2, item => attempt(item, to, () => read(item, to)))
  const hashed = wanted.filter(item => item.oid && item.state === "waiting")
  if (!hashed.length) return
  const answers = await batch(hashed, to)
  await pooled(hashed, 3, item => attempt(item, to, async () => {
    mark(item, "sending", to)
    await send(item, answers.get(item.oid), to)
    mark(item, "sent", to)
  }))
}

async function read(item, to) {
  mark(item, "reading", to)
  item.oid ??= await sha256Aside(item.file, { signal: to.signal, heard: bytes => to.heard(item, bytes) })
  mark(item, item.oid === item.held ? "same" : "waiting", to)
}

/** One file's failure is that file's; only an abort ends the rest. */
async function attempt(item, to, work) {
  try {
    await work()
  } catch (error) {
    to.signal?.throwIfAborted()
    item.error = error
    mark(item, "failed", to)
  }
}

async function commit(items, to, said) {
  const lines = [line("header", { summary: said.summary, description: said.description ?? "" })]
  for (const { path, file, mode, oid } of items) {
    if (mode === "lfs") lines.push(line("lfsFile", { path, algo: "sha256", oid, size: file.size }))
    else lines.push(line("file", { path, content: await base64(file), encoding: "base64" }))
  }
  const answer = await post(`${to.api}/commit/${rev(to)}${pr(to)}`, new Blob(lines), to, "application/x-ndjson")
  for (const item of items) mark(item, "done", to)
  return answer
}

async function post(url, body, { signal }, type = "application/json") {
  const response = await fetch(url, { method: "POST", body, signal, headers: { "Content-Type": type, Accept: "application/json" } })
  if (response.ok) return response.json()
  const { error } = await response.json().catch(() => ({}))
  throw new Error(error || response.headers.get("X-Error-Message") || `The hub answered ${response.status}.`)
}

function mark(item, state, to) {
  item.state = state
  to.heard(item, ["sent", "same", "done"].includes(state) ? item.file.size : 0)
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ""
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

function* slices(items, length) {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length)
}

// A Blob, so that a browser may keep a thousand of them out of memory.
const line = (key, value) => new Blob([JSON.stringify({ key, value }), "\n"])
const rev = ({ revision }) => encodeURIComponent(revision)
const pr = ({ createPr }) => createPr ? "?create_pr=1" : ""
