// How each kind of answer is drawn; a kind's module is fetched when it is first needed.
const DRAWN_BY = {
  labels: "labels", words: "labels", answers: "labels",
  entities: "texts", passage: "texts", text: "texts", heard: "sounds",
  vector: "vectors", alike: "labels", ranks: "labels",
  boxes: "pictures", masks: "masks", depth: "pictures", drawn: "pictures",
  sound: "sounds", sounds: "sounds",
  cells: "tables", predicted: "tables",
}

/**
 * The elements that show an answer. asked: { body, file } where file is the picture or sound that was sent, as its
 * field tells it ({ url, width, height }); answer: what the public API gave, JSON or a Blob.
 */
export async function shown(kind, answer, asked) {
  const drawing = await import(`./${DRAWN_BY[kind]}.js`)
  return [drawing[kind](answer, asked)].flat()
}
