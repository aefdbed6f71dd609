// A sound as it looks: one bar for each part of it.
import { drawn } from "../widget/dom.js"

const HEIGHT = 40

/** levels from 0 to 1; the drawing has room for `count`. */
export function waveform(levels, count) {
  const most = Math.max(0.05, ...levels)
  const bars = levels.map((level, at) => {
    const height = Math.max(1, (level / most) * HEIGHT)
    return drawn("rect", { x: at + 0.15, y: (HEIGHT - height) / 2, width: 0.7, height })
  })
  return drawn("svg", { class: "waveform", viewBox: `0 0 ${count} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...bars)
}
