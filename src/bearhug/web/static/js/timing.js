/** Calls `action` once `ms` have passed without another call. */
export function debounce(action, ms) {
  let timer
  return (...args) => {
    clearTimeout(timer)
    timer = setTimeout(() => action(...args), ms)
  }
}

/** Resolves after `ms`, or rejects as soon as `signal` aborts. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener("abort", stop, { once: true })
  })
}

/** Runs `work` on each item, at most `width` at a time; the first failure is thrown once those under way have ended. */
export async function pooled(items, width, work) {
  const waiting = items.values()
  const failures = []
  const lane = async () => {
    for (const item of waiting) {
      if (failures.length) return
      await work(item).catch(error => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  if (failures.length) throw failures[0]
}
