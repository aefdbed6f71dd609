import { pause } from "./timing.js"

/**
 * PUTs a Blob and resolves to its ETag. XMLHttpRequest, because fetch still reports no upload progress.
 * Tries again, ever later, when the way broke or the server was busy; a refusal (4xx) is final.
 */
export async function put(url, blob, { heard = () => {}, signal, tries = 1 } = {}) {
  for (let left = tries, wait = 500; ; left--, wait *= 2) {
    const { status, etag, text } = await once(url, blob, heard, signal)
    if (status >= 200 && status < 300) return etag
    if (left <= 1 || (status >= 400 && status < 500 && status !== 429)) throw new Error(refusal(status, text))
    await pause(wait, signal)
  }
}

function once(url, blob, heard, signal) {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    request.open("PUT", url)
    request.upload.onprogress = ({ loaded }) => heard(loaded)
    request.onabort = () => reject(signal.reason)
    request.onload = request.onerror = () => resolve({
      status: request.status,
      etag: request.getResponseHeader("ETag") ?? "",
      text: request.responseText,
    })
    request.onloadend = () => signal?.removeEventListener("abort", stop)
    signal?.addEventListener("abort", stop)
    request.send(blob)
  })
}

function refusal(status, text) {
  if (!status) return "The connection broke."
  try {
    const { error, message } = JSON.parse(text)
    return error || message
  } catch {
    return `The hub answered ${status}.`
  }
}
