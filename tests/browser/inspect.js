// What a look cannot count: overflow, contrast, covered controls, doubled ids, unnamed controls,
// inline styles. Evaluated in the page by shots.py; returns a list of sentences.
() => {
  const found = []
  const say = (what, node) => found.length < 40 && found.push(`${what}: ${name(node)}`)
  const name = node => {
    const mark = node.id ? `#${node.id}` : [...node.classList].map(c => `.${c}`).join("")
    const text = node.textContent.trim().replace(/\s+/g, " ").slice(0, 40)
    return `<${node.localName}${mark}> ${text}`
  }

  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  const colour = value => {
    paint.clearRect(0, 0, 1, 1)
    paint.fillStyle = value
    paint.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a))
  const lie = node => {
    const layers = []
    for (let at = node; at; at = at.parentElement) layers.unshift(colour(getComputedStyle(at).backgroundColor))
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255])
  }
  const light = rgb => {
    const [r, g, b] = rgb.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)

  const wide = document.documentElement.scrollWidth
  if (wide > innerWidth) {
    found.push(`overflow: the page is ${wide} px wide in ${innerWidth}`)
    for (const node of document.body.querySelectorAll("*")) {
      const box = node.getBoundingClientRect()
      const held = node.closest(".scroll, .tabs, .side-nav, pre, .log") || node.parentElement.getBoundingClientRect().right > innerWidth + 1
      if (box.right > innerWidth + 1 && !held) say("sticks out", node)
    }
  }

  const seen = node => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !node.closest(".sr-only, .skip")
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, text => text.data.trim() ? 1 : 2)
  const judged = new Set()
  while (words.nextNode()) {
    const node = words.currentNode.parentElement
    if (judged.has(node) || !seen(node) || node.closest("svg, script, noscript, option, :disabled, [aria-disabled=true]")) continue
    judged.add(node)
    const under = lie(node)
    const ratio = contrast(over(colour(getComputedStyle(node).color), under), under)
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(1)}`, node)
    if (parseFloat(getComputedStyle(node).fontSize) < 11.5 && !node.matches(".avatar")) say("small type", node)
  }

  for (const node of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    const box = node.getBoundingClientRect()
    if (!seen(node) || !box.width || node.type === "hidden") continue
    const named = node.ariaLabel || node.getAttribute("aria-labelledby") || node.textContent.trim() || node.labels?.length || node.title || node.querySelector("img[alt]")
    if (!named) say("no name", node)
    const inline = node.matches("pre a, .mono") || (node.localName === "a" && getComputedStyle(node).display === "inline")
    if (!inline && node.type !== "checkbox" && node.type !== "radio" && Math.min(box.width, box.height) < 18) say(`small target ${box.width | 0}×${box.height | 0}`, node)
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue
    const top = document.elementFromPoint(x, y)
    if (top && !node.contains(top) && !top.contains(node) && !node.labels?.[0]?.contains(top) && node.type !== "range") say(`covered by ${name(top)}`, node)
  }

  const ids = [...document.querySelectorAll("[id]")].filter(node => !node.closest("svg")).map(node => node.id)
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push(`doubled id: ${id}`)
  for (const node of document.querySelectorAll("[style]")) if (!node.closest("code-editor, .cm-editor")) say("inline style", node)
  if (document.querySelectorAll("h1").length !== 1) found.push(`h1: ${document.querySelectorAll("h1").length} of them`)
  return found
}
