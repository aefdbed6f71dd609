import assert from "node:assert/strict"
import test from "node:test"

import { blocks, inline } from "../../src/bearhug/web/static/js/markdown.js"

test("paragraphs end at a blank line, and keep their own line breaks", () => {
  assert.deepEqual(blocks("one\ntwo\n\nthree"), [
    { type: "text", text: "one\ntwo" },
    { type: "text", text: "three" },
  ])
})

test("a fence holds whatever stands in it", () => {
  const text = "Look:\n```python\n# not a heading\n- not a list\n\n**x**\n```\nDone"
  assert.deepEqual(blocks(text), [
    { type: "text", text: "Look:" },
    { type: "code", language: "python", text: "# not a heading\n- not a list\n\n**x**" },
    { type: "text", text: "Done" },
  ])
})

test("a fence that is still open is code already", () => {
  assert.deepEqual(blocks("```\nlet x"), [{ type: "code", language: "", text: "let x" }])
})

test("lists, bulleted and numbered, over blank lines", () => {
  const [bullets, numbers] = blocks("- a\n- b\n  more\n\n2. c\n\n3. d")
  assert.deepEqual(bullets, { type: "list", ordered: false, start: 1, items: ["a", "b\nmore"] })
  assert.deepEqual(numbers, { type: "list", ordered: true, start: 2, items: ["c", "d"] })
})

test("a heading is one line", () => {
  assert.deepEqual(blocks("## Bears\nThey hum."), [
    { type: "heading", text: "Bears" },
    { type: "text", text: "They hum." },
  ])
})

test("bold, slanted and code within a line", () => {
  assert.deepEqual(inline("a **b** *c* `d*e*` 2*3*4"), [
    { type: "text", text: "a " },
    { type: "strong", text: "b" },
    { type: "text", text: " " },
    { type: "em", text: "c" },
    { type: "text", text: " " },
    { type: "code", text: "d*e*" },
    { type: "text", text: " 2*3*4" },
  ])
})

test("markup of a page is only text", () => {
  const text = "<img src=x onerror=alert(1)>"
  assert.deepEqual(blocks(text), [{ type: "text", text }])
  assert.deepEqual(inline(text), [{ type: "text", text }])
})

test("long lines of stars take no time", () => {
  const began = performance.now()
  inline("*".repeat(5000) + "a")
  inline("`".repeat(5000))
  assert.ok(performance.now() - began < 500)
})
