// Embeddings: a strip of cells, one a dimension, warm where it is positive and cool where negative.
import { plural } from "../format.js"
import { drawn, node } from "./dom.js"

const ACROSS = 48
const MOST_TOKENS = 12

export function vector(answer) {
  const rows = rowsOf(answer)
  const [{ length }] = rows
  const what = rows.length > 1 ? `${plural(rows.length, "token")}, ${plural(length, "dimension")} each` : plural(length, "dimension")
  const most = Math.max(...rows.flat().map(Math.abs)) || 1
  const length2 = Math.hypot(...rows[0])
  return [
    node("p", { class: "row between small" }, node("b", {}, what), node("span", { class: "soft num" }, `its length is ${length2.toFixed(3)}`)),
    ...rows.slice(0, MOST_TOKENS).map((row, at) => strip(row, most, rows.length > 1 ? `Token ${at + 1}` : "The vector", rows.length > 1)),
    ...(rows.length > MOST_TOKENS ? [node("p", { class: "small soft" }, `and ${rows.length - MOST_TOKENS} more`)] : []),
    node("p", { class: "row small soft" }, node("span", { class: "key key--less" }, `−${most.toFixed(2)}`), node("span", { class: "key key--more" }, `${most.toFixed(2)}`)),
  ]
}

/** A vector, one for each text, or for each token of a text: however deep, the last list holds numbers. */
function rowsOf(answer) {
  if (typeof answer[0] === "number") return [answer]
  return typeof answer[0][0] === "number" ? answer : answer.flatMap(rowsOf)
}

function strip(row, most, label, thin) {
  const across = thin ? row.length : Math.min(ACROSS, row.length)
  const down = Math.ceil(row.length / across)
  const cells = row.map((value, at) => drawn("rect", {
    class: value < 0 ? "less" : "more", x: at % across, y: Math.floor(at / across), width: 1, height: 1, opacity: (Math.abs(value) / most).toFixed(3),
  }))
  return drawn("svg", { class: thin ? "strip strip--thin" : "strip", viewBox: `0 0 ${across} ${down}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...cells)
}
