// Where boxes are drawn over a picture. Models count pixels of the picture they were sent; the drawing is WIDTH wide.
export const WIDTH = 1000
const LETTER = 17
const LINE = 40

/** The drawing's size for a picture of that many pixels. */
export function canvas({ width, height }) {
  return { width: WIDTH, height: Math.max(1, Math.round((WIDTH * height) / width)) }
}

/** { x, y, width, height } on the drawing of { xmin, ymin, xmax, ymax } of the picture, kept inside it. */
export function place(box, picture) {
  const drawing = canvas(picture)
  const [x, right] = ends(box.xmin, box.xmax, picture.width, drawing.width)
  const [y, bottom] = ends(box.ymin, box.ymax, picture.height, drawing.height)
  return { x, y, width: right - x, height: bottom - y }
}

/** Where a box's words stand: on its upper edge, or within it where there is no room above; never past the right. */
export function caption({ x, y }, words, drawing) {
  const width = Math.min(words.length * LETTER + 20, drawing.width)
  return { x: Math.max(0, Math.min(x, drawing.width - width)), y: y >= LINE ? y - LINE : y, width, height: LINE }
}

function ends(one, other, pixels, drawn) {
  const [least, most] = [Math.min(one, other), Math.max(one, other)].map(each => (Math.max(0, Math.min(each, pixels)) * drawn) / pixels)
  return [least, Math.max(most, least + 1)].map(each => Math.round(each * 10) / 10)
}
