// Answers about a table: the cells one was read from, or a column more.
import { node, score } from "./dom.js"

export function cells({ answer, coordinates = [], aggregator }, { body }) {
  const lit = new Set(coordinates.map(([row, column]) => `${row} ${column}`))
  const how = aggregator && aggregator !== "NONE" ? [" ", node("span", { class: "badge" }, aggregator.toLowerCase())] : []
  return [
    node("p", { class: "answer__big" }, answer.replace(/^[A-Z]+ > /, ""), ...how),
    table(body.inputs.table, (row, column) => lit.has(`${row} ${column}`)),
  ]
}

export function predicted(answer, { body }) {
  const listed = Array.isArray(answer) ? answer : answer.predictions
  const likely = answer.probabilities?.map(row => Math.max(...row))
  const column = listed.map((value, at) => (likely ? `${value} · ${score(likely[at])}` : tidy(value)))
  const columns = Object.keys(body.inputs.data)
  return table({ ...body.inputs.data, Prediction: column }, (_, at) => at === columns.length)
}

function table(columns, isLit) {
  const names = Object.keys(columns)
  const count = Math.max(...names.map(name => columns[name].length))
  const rows = Array.from({ length: count }, (_, row) => node("tr", {}, ...names.map((name, column) => node("td", { class: isLit(row, column) ? "lit" : undefined }, String(columns[name][row] ?? "")))))
  const head = node("tr", {}, ...names.map((name, column) => node("th", { scope: "col", class: isLit(-1, column) ? "lit" : undefined }, name)))
  return node("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The answer in its table" }, node("table", { class: "table table--dense" }, node("thead", {}, head), node("tbody", {}, ...rows)))
}

function tidy(value) {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value)
}
