// One call of @huggingface/inference: node asking.mjs ADDRESS METHOD ARGUMENTS, the last as JSON with
// {"$file": path} for what is sent as bytes. What it answers is written as JSON.
import { readFileSync } from "node:fs";
import { InferenceClient } from "@huggingface/inference";

const [address, method, given] = process.argv.slice(2);
const args = JSON.parse(given, (_, value) =>
  value && value.$file ? new Blob([readFileSync(value.$file)]) : value,
);
const client = new InferenceClient("hf_ada").endpoint(address);
try {
  if (method.endsWith("Stream")) {
    const told = [];
    for await (const chunk of client[method](args)) told.push(chunk);
    console.log(JSON.stringify(told));
  } else {
    const found = await client[method](args, { retry_on_error: false });
    const blob = found instanceof Blob;
    console.log(JSON.stringify(blob ? { type: found.type, size: found.size } : found));
  }
} catch (error) {
  console.log(JSON.stringify({ error: error.message, status: error.httpResponse?.status }));
}
