import assert from "node:assert/strict"
import test from "node:test"

import { picturesOf, textOf } from "../../src/bearhug/web/static/js/widget/attached.js"
import { bodyOf, shortened, withoutBytes } from "../../src/bearhug/web/static/js/widget/body.js"
import { canvas, caption, place } from "../../src/bearhug/web/static/js/widget/boxes.js"
import { columnsOf, rowsOf, rowsPasted } from "../../src/bearhug/web/static/js/widget/grid.js"
import { hues, pieces } from "../../src/bearhug/web/static/js/widget/spans.js"
import { clock, joined, mixed, peaks, wav } from "../../src/bearhug/web/static/js/recording/wav.js"

test("a form's fields become the body, each at its place", () => {
  const body = bodyOf([
    { name: "inputs.question", value: "Who?" },
    { name: "inputs.context", value: "Ada." },
    { name: "parameters.top_k", as: "number", value: "3" },
    { name: "parameters.seed", as: "number", value: "" },
    { name: "parameters.candidate_labels", as: "words", value: " a, ,b " },
    { name: "inputs.sentences[]", value: "for who has no script" },
    { name: "normalize", as: "switch", value: false },
  ])
  assert.deepEqual(body, { inputs: { question: "Who?", context: "Ada." }, parameters: { top_k: 3, candidate_labels: ["a", "b"] } })
  assert.deepEqual(bodyOf([]), { inputs: "" })
})

test("bytes are told by their file's name, long answers are cut short", () => {
  const names = new Map([["QUJD", "bear.png"]])
  assert.deepEqual(withoutBytes({ inputs: { image: "QUJD", question: "?" } }, names), { inputs: { image: { $file: "bear.png" }, question: "?" } })
  assert.deepEqual(shortened([1, 2, 3], 2), [1, 2, "… 1 more"])
  assert.match(shortened("x".repeat(9000)), /^x{32}… \(9000 characters\)$/)
})

test("a text is cut at its entities and loses nothing", () => {
  const text = "🐻 Ada lives in London."
  const ada = { start: 2, end: 5, label: "PER" }
  const london = { start: 15, end: 21, label: "LOC" }
  const found = pieces(text, [london, ada])
  assert.deepEqual(found.map(({ text, mark }) => [text, mark?.label]), [["🐻 ", undefined], ["Ada", "PER"], [" lives in ", undefined], ["London", "LOC"], [".", undefined]])
  assert.equal(found.map(({ text }) => text).join(""), text)
})

test("entities that overlap, are empty or lie outside are left out", () => {
  const found = pieces("abcdef", [{ start: 0, end: 4 }, { start: 2, end: 5 }, { start: 5, end: 5 }, { start: 4, end: 99 }, { start: -1, end: 2 }, { start: null, end: null }])
  assert.deepEqual(found.map(({ text, mark }) => [text, Boolean(mark)]), [["abcd", true], ["ef", false]])
})

test("labels have colours of their own, the usual ones always the same", () => {
  const found = hues(["X", "B-PER", "Y", "I-PER", "X"])
  assert.equal(found.get("B-PER"), "blue")
  assert.equal(found.get("I-PER"), "blue")
  assert.equal(new Set([found.get("X"), found.get("Y"), "blue"]).size, 3)
  assert.equal(hues(Array.from({ length: 40 }, (_, at) => `L${at}`)).size, 40)
})

test("boxes are placed on the drawing and kept within the picture", () => {
  const picture = { width: 200, height: 100 }
  assert.deepEqual(canvas(picture), { width: 1000, height: 500 })
  assert.deepEqual(place({ xmin: 20, ymin: 10, xmax: 60, ymax: 50 }, picture), { x: 100, y: 50, width: 200, height: 200 })
  assert.deepEqual(place({ xmin: 250, ymin: -10, xmax: 150, ymax: 120 }, picture), { x: 750, y: 0, width: 250, height: 500 })
  assert.ok(place({ xmin: 5, ymin: 5, xmax: 5, ymax: 5 }, picture).width >= 1)
})

test("a box's words stand above it, within it at the top, and never past the edge", () => {
  const drawing = { width: 1000, height: 500 }
  assert.equal(caption({ x: 100, y: 200 }, "cat", drawing).y, 160)
  assert.equal(caption({ x: 100, y: 10 }, "cat", drawing).y, 10)
  const far = caption({ x: 990, y: 200 }, "elephant", drawing)
  assert.ok(far.x + far.width <= 1000)
})

test("a WAV file says what it holds", () => {
  const file = wav(new Float32Array([0, 1, -1, 2, 0.5]), 16000)
  const view = new DataView(file)
  const text = (at, length) => String.fromCharCode(...new Uint8Array(file, at, length))
  assert.equal(file.byteLength, 54)
  assert.deepEqual([text(0, 4), text(8, 8), text(36, 4)], ["RIFF", "WAVEfmt ", "data"])
  assert.deepEqual([view.getUint32(4, true), view.getUint32(24, true), view.getUint32(28, true), view.getUint32(40, true)], [46, 16000, 32000, 10])
  assert.deepEqual([0, 1, 2, 3, 4].map(at => view.getInt16(44 + 2 * at, true)), [0, 32767, -32768, 32767, 16384])
})

test("sound is joined, mixed and measured", () => {
  assert.deepEqual([...joined([new Float32Array([1]), new Float32Array([2, 3])])], [1, 2, 3])
  assert.deepEqual([...mixed([new Float32Array([1, 0]), new Float32Array([0, 0])])], [0.5, 0])
  assert.deepEqual(peaks(new Float32Array([0, -1, 0.25, 0.5]), 2), [1, 0.5])
  assert.deepEqual(peaks(new Float32Array(0), 2), [0, 0])
  assert.deepEqual([clock(0), clock(75.9), clock(-1)], ["0:00", "1:15", "0:00"])
})

test("tables are turned from rows to columns and back", () => {
  const columns = columnsOf(["a", "b"], [["1", "2"], ["", " "], ["3", ""]])
  assert.deepEqual(columns, { a: ["1", "3"], b: ["2", ""] })
  assert.deepEqual(rowsOf(columns), [["1", "2"], ["3", ""]])
  assert.deepEqual(columnsOf(["a"], [[""]]), { a: [""] })
  assert.deepEqual(rowsPasted("a\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]])
})

test("a message of parts has words, and pictures of its own bytes alone", () => {
  const content = [{ type: "text", text: "What?" }, { type: "image_url", image_url: { url: "data:image/png;base64,AA" } }, { type: "image_url", image_url: { url: "https://elsewhere.example/x.png" } }]
  assert.equal(textOf(content), "What?")
  assert.deepEqual(picturesOf(content), ["data:image/png;base64,AA"])
  assert.deepEqual([textOf("plain"), picturesOf("plain")], ["plain", []])
})
