// What is asked in the Playground, as code that works against this hub. Pure: text in, text out.
const GIVEN = { openai: openAI, python: hub, javascript, curl }
export const LANGUAGES = Object.keys(GIVEN)

/** body is OpenAI's: { model, messages | prompt, … }; base is the hub's address. */
export function code(language, base, body) {
  return GIVEN[language](base, body, "messages" in body)
}

function openAI(base, body, chat) {
  return `from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key="hf_…")
answer = client.${chat ? "chat.completions" : "completions"}.create(
${named(body)})
print(answer.choices[0].${chat ? "message.content" : "text"})`
}

function hub(base, { prompt, max_tokens: tokens, stop, ...body }, chat) {
  const head = "from huggingface_hub import InferenceClient\n\n"
  if (chat) return `${head}client = InferenceClient(base_url="${base}/v1", api_key="hf_…")
answer = client.chat_completion(
${named({ ...body, max_tokens: tokens, stop })})
print(answer.choices[0].message.content)`
  const { model, ...rest } = body
  return `${head}client = InferenceClient(model="${base}/hf-inference/models/${model}", api_key="hf_…")
print(client.text_generation(
${named({ prompt, ...rest, max_new_tokens: tokens, stop })}))`
}

function javascript(base, body, chat) {
  return `const response = await fetch("${base}/v1/${chat ? "chat/completions" : "completions"}", {
  method: "POST",
  headers: { Authorization: "Bearer hf_…", "Content-Type": "application/json" },
  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll("\n", "\n  ")}),
})
const answer = await response.json()
console.log(answer.choices[0].${chat ? "message.content" : "text"})`
}

function curl(base, body, chat) {
  return `curl ${base}/v1/${chat ? "chat/completions" : "completions"} \\
  -H "Authorization: Bearer hf_…" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`
}

function named(values) {
  return Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => `    ${name}=${python(value)},\n`).join("")
}

/** Python spells what we have as JSON does: texts, numbers, lists, objects. */
function python(value) {
  if (!Array.isArray(value)) return JSON.stringify(value)
  if (typeof value[0] !== "object") return `[${value.map(each => JSON.stringify(each)).join(", ")}]`
  return `[\n${value.map(each => `        ${JSON.stringify(each)},\n`).join("")}    ]`
}
