// Keys that work on every page; the dialog #keys lists them. But for Ctrl+Enter, which sends, none acts while one is typing.
const PLACES = { m: "/models", d: "/datasets", s: "/spaces", r: "/runs" }
const PATIENCE_MS = 1200
let leading = 0

addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.target.closest("textarea")?.form?.requestSubmit()
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (act(event.key)) event.preventDefault()
})

function act(key) {
  const led = Date.now() - leading < PATIENCE_MS
  leading = key === "g" ? Date.now() : 0
  if (led && key in PLACES) return go(PLACES[key])
  if (key === "?") return open(document.getElementById("keys"))
  if (key.length === 1 && key !== "g") return reach(key)
  return false
}

function go(address) {
  location.assign(address)
  return true
}

function open(dialog) {
  if (dialog && !document.querySelector("dialog[open]")) dialog.showModal()
  return true
}

/** A field or button is reached by the key its <kbd> shows, or its data-key. */
function reach(key) {
  const marks = [...document.querySelectorAll(".search > kbd")].filter(mark => mark.textContent === key)
  const fields = marks.map(mark => mark.parentElement.querySelector("input"))
  const marked = [...document.querySelectorAll("[data-key]")].filter(node => node.dataset.key === key)
  const found = [...fields, ...marked].find(node => node?.checkVisibility())
  if (!found) return false
  if (found.matches("a, button, summary")) found.click()
  else found.focus()
  found.select?.()
  return true
}

function isTyping(node) {
  return node.closest?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, dialog[open], [contenteditable]")
}
