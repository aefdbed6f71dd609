// Files a person chose or dropped, folders walked, as [{ path, file }] with paths relative to what was dropped.

/** From <input type=file>, with webkitdirectory or not. */
export function chosen(files) {
  return [...files].map(file => ({ path: file.webkitRelativePath || file.name, file })).filter(wanted)
}

/** From a drop. Call it inside the event: the list is emptied when the event ends. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean)
  if (!entries.length) return chosen(transfer.files)
  return (await Promise.all(entries.map(walk))).flat().filter(wanted)
}

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
    return [{ path: entry.fullPath.replace(/^\//, ""), file }]
  }
  return (await Promise.all((await children(entry)).map(walk))).flat()
}

/** A reader gives at most 100 entries at a time, and none at the end. */
async function children(folder) {
  const reader = folder.createReader()
  const found = []
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (!some.length) return found
    found.push(...some)
  }
}

/** What a system leaves in a folder, and git's own, is nobody's work. */
function wanted({ path }) {
  return !path.split("/").some(part => part === ".git" || part === ".DS_Store" || part === "Thumbs.db")
}
