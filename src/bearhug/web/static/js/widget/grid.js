// Small tables, by columns as models take them and by rows as they are written.

/** { name: [cells] }; rows without anything in them are left out, unless it is the only one. */
export function columnsOf(names, rows) {
  const kept = rows.filter(row => row.some(cell => cell.trim() !== ""))
  return Object.fromEntries(names.map((name, at) => [name, (kept.length ? kept : rows.slice(0, 1)).map(row => row[at])]))
}

export function rowsOf(columns) {
  const lists = Object.values(columns)
  const count = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length: count }, (_, at) => lists.map(list => String(list[at] ?? "")))
}

/** What a spreadsheet puts on the clipboard. */
export function rowsPasted(text) {
  return text.replace(/\r?\n$/, "").split(/\r?\n/).map(row => row.split("\t"))
}
