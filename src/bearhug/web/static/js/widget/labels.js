// Bars: labels, words, answers and sentences with their scores, the likeliest first.
import { node, plain, score } from "./dom.js"

/** Of text, pictures or sound: a list, one list for each text, or the older { labels, scores }. */
export function labels(answer) {
  return bars(flat(answer).map(({ label, score }) => ({ words: label, score })))
}

/** The words a mask may be; several masks have a list each. */
export function words(answer) {
  const lists = Array.isArray(answer[0]) ? answer : [answer]
  return lists.flatMap((list, at) => [
    ...(lists.length > 1 ? [node("h3", { class: "small" }, `Mask ${at + 1}`)] : []),
    bars(list.map(({ token_str: word, score, sequence }) => ({ words: word.trim() || "␣", score, title: sequence }))),
  ])
}

export function answers(answer) {
  return bars([answer].flat().map(({ answer, score }) => ({ words: answer, score })))
}

/** How alike each sentence is to the first: in the order they were written. */
export function alike(answer, { body }) {
  return bars(body.inputs.sentences.map((words, at) => ({ words, score: answer[at] })), { best: Math.max(...answer), told: plain })
}

export function ranks(answer, { body }) {
  const { texts } = body.inputs
  const listed = answer.map((each, at) => (typeof each === "number" ? { index: at, score: each } : each))
  return bars(listed.sort((one, other) => other.score - one.score).map(({ index, score }) => ({ words: texts[index], score })))
}

/** best: the score that is marked; without it the first, as the lists of models are in order. told: a score in words. */
export function bars(rows, { best, told = score } = {}) {
  if (!rows.length) return node("p", { class: "soft" }, "It found nothing.")
  const [least, most] = range(rows.map(({ score }) => score))
  return node("ol", { class: best === undefined ? "labels" : "labels labels--any" }, ...rows.map(({ words, score: value, title }) => node(
    "li", { title, class: best !== undefined && value === best ? "best" : undefined },
    node("span", { class: "wrap" }, words),
    node("span", { class: "num" }, told(value)),
    node("meter", { min: least, max: most, value, "aria-label": words }),
  )))
}

/** From 0 to 1 where scores are shares; else from the least to the most of them. */
function range(scores) {
  const [least, most] = [Math.min(...scores), Math.max(...scores)]
  if (least >= 0 && most <= 1) return [0, 1]
  return [Math.min(0, least), Math.max(most, least + 1e-6)]
}

function flat(answer) {
  if (Array.isArray(answer)) return answer.flat()
  return answer.labels.map((label, at) => ({ label, score: answer.scores[at] }))
}
