import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import test from "node:test"

import { sha256 } from "../../src/bearhug/web/static/js/hashing.js"
import { Sha256 } from "../../src/bearhug/web/static/js/sha256.js"

const reference = bytes => createHash("sha256").update(bytes).digest("hex")

test("every length around a block hashes as node's crypto does", () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = randomBytes(length)
    assert.equal(new Sha256().update(bytes).hex(), reference(bytes), `${length} bytes`)
  }
})

test("pieces of any size give the hash of the whole", () => {
  const bytes = randomBytes(10_000)
  for (const piece of [1, 7, 63, 64, 65, 1000, 4096]) {
    const hash = new Sha256()
    for (let at = 0; at < bytes.length; at += piece) hash.update(bytes.subarray(at, at + piece))
    assert.equal(hash.hex(), reference(bytes), `pieces of ${piece}`)
  }
})

test("a blob larger than one piece is read through, and says how far it is", async () => {
  const bytes = randomBytes(9 * 1024 * 1024 + 5)
  const heard = []
  assert.equal(await sha256(new Blob([bytes]), { heard: done => heard.push(done) }), reference(bytes))
  assert.deepEqual(heard, [4 * 1024 * 1024, 8 * 1024 * 1024, bytes.length])
})

test("an aborted hash stops", async () => {
  const signal = AbortSignal.abort()
  await assert.rejects(sha256(new Blob(["x"]), { signal }), { name: "AbortError" })
})
