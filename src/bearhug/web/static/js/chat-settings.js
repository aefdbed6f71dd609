// The fields beside a conversation, in OpenAI's names; an empty one leaves the choice to the model's engine.
const NUMBERS = ["temperature", "max_tokens", "top_p", "seed"]

export function settings(form) {
  const filled = NUMBERS.filter(name => form.elements[name].value !== "")
  return Object.fromEntries(filled.map(name => [name, Number(form.elements[name].value)]))
}

/** Sets what an example of a card asks for; cards call the longest answer max_new_tokens. */
export function set(form, { max_new_tokens: tokens, ...given }) {
  const wanted = tokens ? { max_tokens: tokens, ...given } : given
  for (const name of NUMBERS.filter(name => name in wanted)) form.elements[name].value = wanted[name]
}
