import assert from "node:assert/strict"
import test from "node:test"

import { code, LANGUAGES } from "../../src/bearhug/web/static/js/play-code.js"

const BASE = "http://hub.test"
const TALK = { model: "ada/smol", messages: [{ role: "user", content: "It's \"late\"" }], temperature: 0.2, max_tokens: 40, stop: ["END"] }
const TEXT = { model: "ada/smol", prompt: "Once", max_tokens: 40 }

test("every language names the hub, the model and the settings", () => {
  for (const language of LANGUAGES) {
    const said = code(language, BASE, TALK)
    for (const part of [BASE, "ada/smol", "0.2", "40", "END"]) assert.ok(said.includes(part), `${language}: ${part}`)
  }
})

test("OpenAI's client is called as it wants to be", () => {
  assert.equal(code("openai", BASE, TEXT), `from openai import OpenAI

client = OpenAI(base_url="http://hub.test/v1", api_key="hf_…")
answer = client.completions.create(
    model="ada/smol",
    prompt="Once",
    max_tokens=40,
)
print(answer.choices[0].text)`)
})

test("a shell is not told where a text ends", () => {
  assert.ok(code("curl", BASE, TALK).includes(`It'\\''s`))
})

test("a text is gone on with by the other names", () => {
  const said = code("python", BASE, TEXT)
  assert.ok(said.includes("max_new_tokens=40") && !said.includes(" max_tokens"))
})
