// Hashes the Blob it is sent; says how far it is, then { oid }.
import { sha256 } from "./hashing.js"

onmessage = async ({ data: blob }) => {
  postMessage({ oid: await sha256(blob, { heard: bytes => postMessage({ bytes }) }) })
}

// A file that cannot be read any more rejects inside onmessage; the page listens to errors only.
addEventListener("unhandledrejection", event => { throw event.reason })
