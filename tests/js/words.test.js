import assert from "node:assert/strict"
import test from "node:test"

import { age, count, left, plural, size } from "../../src/bearhug/web/static/js/format.js"
import { debounce, pause, pooled } from "../../src/bearhug/web/static/js/timing.js"

test("sizes are decimal and never rounded to nothing", () => {
  const said = { 0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 93_600_000: "94 MB", 999_700: "1.0 MB", 1_400_000_000: "1.4 GB" }
  for (const [bytes, words] of Object.entries(said)) assert.equal(size(Number(bytes)), words)
})

test("counts are short", () => {
  const said = { 0: "0", 999: "999", 8412: "8.4 k", 134_515_008: "135 M", 1_540_000_000: "1.5 B" }
  for (const [number, words] of Object.entries(said)) assert.equal(count(Number(number)), words)
})

test("plurals group their digits", () => {
  assert.equal(plural(1, "file"), "1 file")
  assert.equal(plural(1797, "row"), "1 797 rows")
  assert.equal(plural(2, "entry", "entries"), "2 entries")
})

test("ages are said in the largest unit that fits", () => {
  const now = 1_700_000_000_000
  assert.equal(age(now - 30_000, now), "just now")
  assert.equal(age(now - 61_000, now), "1 minute ago")
  assert.equal(age(now - 7_300_000, now), "2 hours ago")
  assert.equal(age(now - 400 * 86_400_000, now), "1 year ago")
  assert.equal(age(now + 3 * 86_400_000 + 5, now), "in 3 days")
  assert.equal(age(now + 90 * 86_400_000 - 5_000, now), "in 3 months")
})

test("what is left is not guessed at once", () => {
  assert.equal(left(10, 100, 500), "")
  assert.equal(left(50, 100, 9_000), "9 s left")
  assert.equal(left(10, 100, 60_000), "9 min left")
})

test("a debounced action happens once, with the last words", async () => {
  const heard = []
  const say = debounce(word => heard.push(word), 5)
  for (const word of ["b", "be", "bea"]) say(word)
  await pause(30)
  assert.deepEqual(heard, ["bea"])
})

test("a pause ends when it is aborted", async () => {
  const stop = new AbortController()
  const waiting = pause(10_000, stop.signal)
  stop.abort()
  await assert.rejects(waiting, { name: "AbortError" })
})

test("a pool is never wider than it was asked to be, and tells of a failure", async () => {
  let now = 0
  let most = 0
  const work = async item => {
    most = Math.max(most, ++now)
    await pause(1)
    now--
    if (item === 7) throw new Error("seven")
  }
  await pooled([1, 2, 3, 4, 5], 2, work)
  assert.equal(most, 2)
  await assert.rejects(pooled([6, 7, 8], 2, work), /seven/)
})
