// A little Markdown, for what models say: code, lists, headings, bold. It becomes elements and text, never HTML.
const FENCE = /^\s*(```|~~~)\s*([\w+#.-]*)/
const ITEM = /^\s*(?:([-*+])|(\d{1,4})[.)])\s+(.*)$/
const HEADING = /^\s*#{1,6}\s+(.*)$/
const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*])\*(?!\s)(.+?)(?<!\s)\*(?![\w*])/s

/** The blocks of a text, plain data: { type: "text" | "heading" | "code" | "list", … }. */
export function blocks(text) {
  const found = []
  let code = null
  for (const line of text.split("\n")) {
    const fence = FENCE.exec(line)
    if (code) {
      if (fence && fence[1] === code.fence && !fence[2]) code = null
      else code.lines.push(line)
    } else if (fence) {
      found.push(code = { type: "code", fence: fence[1], language: fence[2], lines: [] })
    } else {
      add(found, line)
    }
  }
  return found.filter(block => block.type !== "gap").map(finished)
}

function add(found, line) {
  const last = found.at(-1)
  const item = ITEM.exec(line)
  const heading = HEADING.exec(line)
  if (!line.trim()) return found.push({ type: "gap" })
  if (heading) return found.push({ type: "heading", text: heading[1] })
  if (item) return addItem(found, last, item)
  if (last?.type === "list" && /^\s/.test(line)) last.items.push(`${last.items.pop()}\n${line.trim()}`)
  else if (last?.type === "text") last.text += `\n${line}`
  else found.push({ type: "text", text: line })
}

function addItem(found, last, [, , number, text]) {
  const ordered = number !== undefined
  // A blank line between two items does not end their list.
  const before = last?.type === "gap" ? found.at(-2) : last
  if (before?.type === "list" && before.ordered === ordered) before.items.push(text)
  else found.push({ type: "list", ordered, start: Number(number ?? 1), items: [text] })
}

function finished(block) {
  return block.type === "code" ? { type: "code", language: block.language, text: block.lines.join("\n") } : block
}

/** The pieces of a line: { type: "text" | "code" | "strong" | "em", text }. */
export function inline(text) {
  const pieces = []
  let rest = text
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [whole, , code, strong, em] = found
    if (found.index) pieces.push({ type: "text", text: rest.slice(0, found.index) })
    if (code !== undefined) pieces.push({ type: "code", text: code })
    else pieces.push({ type: strong === undefined ? "em" : "strong", text: strong ?? em })
    rest = rest.slice(found.index + whole.length)
  }
  if (rest) pieces.push({ type: "text", text: rest })
  return pieces
}

/** Shows the text in the element; blocks that are as before stay the nodes they were. */
export function show(element, text) {
  const now = blocks(text)
  const before = element.shownBlocks ?? []
  now.forEach((block, at) => {
    if (JSON.stringify(block) === JSON.stringify(before[at])) return
    const node = render(block)
    if (element.childNodes[at]) element.childNodes[at].replaceWith(node)
    else element.append(node)
  })
  while (element.childNodes.length > now.length) element.lastChild.remove()
  element.shownBlocks = now
}

function render(block) {
  if (block.type === "code") return make("pre", [make("code", [block.text])])
  if (block.type === "heading") return make("p", [make("strong", said(block.text))])
  if (block.type !== "list") return make("p", said(block.text))
  const list = make(block.ordered ? "ol" : "ul", block.items.map(item => make("li", said(item))))
  if (block.ordered && block.start !== 1) list.start = block.start
  return list
}

function said(text) {
  return inline(text).map(({ type, text }) => type === "text" ? text : make(type, [text]))
}

function make(tag, children) {
  const element = document.createElement(tag)
  element.append(...children)
  return element
}
