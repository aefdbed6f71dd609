import assert from "node:assert/strict"
import test from "node:test"

import { EventParser, eventData, serverEvents } from "../../src/bearhug/web/static/js/events.js"

const STREAM = [
  ": a comment",
  'data: {"text":"ours brun 🐻"}',
  "",
  "event: progress",
  "id: 7",
  "data: first",
  "data:second",
  "",
  "retry: 10",
  "",
  "data",
  "",
  "",
].join("\n")

const EXPECTED = [
  { type: "message", data: '{"text":"ours brun 🐻"}', id: "" },
  { type: "progress", data: "first\nsecond", id: "7" },
  { type: "message", data: "", id: "7" },
]

const response = (...pieces) => new Response(new ReadableStream({
  start(controller) {
    for (const piece of pieces) controller.enqueue(piece)
    controller.close()
  },
}))

const collect = async events => {
  const all = []
  for await (const event of events) all.push(event)
  return all
}

for (const [name, end] of [["\\n", "\n"], ["\\r\\n", "\r\n"], ["\\r", "\r"]]) {
  test(`a stream with ${name} reads the same wherever it is cut`, async () => {
    const bytes = new TextEncoder().encode(STREAM.replaceAll("\n", end))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const events = await collect(serverEvents(response(bytes.slice(0, cut), bytes.slice(cut))))
      assert.deepEqual(events, EXPECTED, `cut at byte ${cut}`)
    }
  })
}

test("byte by byte is no different", async () => {
  const bytes = new TextEncoder().encode(STREAM)
  const pieces = Array.from(bytes, byte => Uint8Array.of(byte))
  assert.deepEqual(await collect(serverEvents(response(...pieces))), EXPECTED)
})

test("a last event without its empty line is still told when the server closes", async () => {
  const bytes = new TextEncoder().encode("data: late")
  assert.deepEqual((await collect(serverEvents(response(bytes)))).map(event => event.data), ["late"])
})

test("an OpenAI stream gives its JSON until [DONE]", async () => {
  const bytes = new TextEncoder().encode('data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\ndata: {"n":3}\n\n')
  assert.deepEqual(await collect(eventData(response(bytes))), [{ n: 1 }, { n: 2 }])
})

test("an event of no data is none", () => {
  assert.deepEqual(new EventParser().push("event: ping\n\n"), [])
})
