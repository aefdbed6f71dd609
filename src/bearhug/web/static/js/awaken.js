const OURS = /^[a-z]+(-[a-z]+)+$/
const asked = new Set()

/** Loads the module of each component within `root` that is not defined yet: after a fragment has come in, too. */
export function awaken(root) {
  for (const { localName: tag } of root.querySelectorAll(":not(:defined)")) {
    if (asked.has(tag) || !OURS.test(tag)) continue
    asked.add(tag)
    import(`./components/${tag}.js`)
  }
}
