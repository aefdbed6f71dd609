// Answers that are text, or parts of one.
import { node, score } from "./dom.js"
import { hues, pieces } from "./spans.js"

/** What it wrote: { summary_text }, { translation_text } or { generated_text }, in a list or not. */
export function text(answer) {
  const [told] = [answer].flat()
  const words = told.summary_text ?? told.translation_text ?? told.generated_text ?? told.text ?? ""
  return written(words)
}

/** Words, and a button that copies them. */
export function written(words) {
  if (!words.trim()) return node("p", { class: "soft" }, "It said nothing.")
  const button = node("button", { class: "button button--quiet button--small", type: "button", "aria-label": "Copy" }, "Copy")
  const copy = node("copy-button", { text: words }, button, node("span", { class: "sr-only", role: "status" }))
  return node("div", { class: "answer__written" }, node("blockquote", { class: "answer__text" }, words), copy)
}

/** The text with what was found in it on colours, and what each colour means. */
export function entities(answer, { body }) {
  const named = answer.flat().map(each => ({ ...each, label: each.entity_group ?? each.entity }))
  const colours = hues(named.map(({ label }) => label))
  const parts = pieces(body.inputs, named).map(({ text, mark }) => (mark ? marked(text, mark, colours) : text))
  const counts = Map.groupBy?.(named, ({ label }) => label) ?? grouped(named)
  const legend = [...colours].map(([label, hue]) => node("li", {}, node("span", { class: "tag", "data-hue": hue }, label), ` ${counts.get(label).length}`))
  if (!named.length) return [node("p", { class: "answer__text" }, body.inputs), node("p", { class: "soft" }, "It found nothing in it.")]
  return [node("p", { class: "answer__text entities" }, ...parts), node("ul", { class: "legend", "aria-label": "Kinds" }, ...legend)]
}

/** The answer, and where it stands in its text. */
export function passage(answer, { body }) {
  const listed = [answer].flat()
  const [best] = listed
  if (!best?.answer) return node("p", { class: "soft" }, "The text does not say.")
  const parts = pieces(body.inputs.context, [best]).map(({ text, mark }) => (mark ? node("mark", {}, text) : text))
  const others = listed.slice(1).map(({ answer, score: value }) => node("li", {}, answer, " ", node("span", { class: "soft num" }, score(value))))
  return [
    node("p", { class: "answer__big" }, best.answer, " ", node("span", { class: "small soft num" }, score(best.score))),
    ...(others.length ? [node("ol", { class: "answer__others small" }, ...others)] : []),
    node("blockquote", { class: "answer__text answer__context small", tabindex: 0 }, ...parts),
  ]
}

function marked(text, { label, score: value }, colours) {
  return node("mark", { class: "entity", "data-hue": colours.get(label), title: score(value) }, text, node("span", { class: "entity__label" }, label))
}

function grouped(named) {
  const found = new Map()
  for (const each of named) found.set(each.label, [...(found.get(each.label) ?? []), each])
  return found
}
