// Run by Node with @huggingface/hub beside it, as its user would: node scenario.mjs HUB REPO.
// Uploads by Xet, edits, downloads by Xet and plainly, and compares.

import { randomFillSync } from "node:crypto"
import { commit, createRepo, downloadFile, fileDownloadInfo, listFiles, uploadFile } from "@huggingface/hub"

const [hubUrl, name] = process.argv.slice(2)
const common = { repo: { type: "model", name }, hubUrl, accessToken: process.env.HF_TOKEN }
const MIB = 1 << 20

function check(holds, what) {
  if (!holds) throw new Error(what)
}

async function same(path, wanted, xet) {
  const blob = await downloadFile({ ...common, path, xet })
  const got = Buffer.from(await blob.arrayBuffer())
  check(got.equals(wanted), `${path} came back as something else, xet ${xet}`)
  const slice = Buffer.from(await blob.slice(3 * MIB, 3 * MIB + 1000).arrayBuffer())
  check(slice.equals(wanted.subarray(3 * MIB, 3 * MIB + 1000)), `${path}: another slice`)
}

const data = randomFillSync(Buffer.alloc(11 * MIB))
const edited = Buffer.concat([data.subarray(0, 5 * MIB), Buffer.from("an edit"), data.subarray(5 * MIB)])

await createRepo(common)
for (const [path, content] of [["weights.bin", data], ["edited.bin", edited]]) {
  await uploadFile({ ...common, file: { path, content: new Blob([content]) }, useXet: true })
  const info = await fileDownloadInfo({ ...common, path })
  check(info.xet?.hash && info.size === content.length, `${path} is not in chunks`)
  await same(path, content, true)
  await same(path, content, false)
}
const proposal = await commit({
  ...common,
  title: "A pull request",
  isPullRequest: true,
  useXet: true,
  operations: [{ operation: "addOrUpdate", path: "more.bin", content: new Blob([edited, data]) }],
})
check(proposal?.pullRequestUrl, "no pull request came of it")
const listed = []
for await (const file of listFiles({ ...common })) listed.push(file)
check(listed.filter((file) => file.xetHash).length === 2, "the tree does not tell of chunks")
