// Numbers and ages in words, exactly as web/templating.py says them.
const UNITS = ["kB", "MB", "GB", "TB", "PB"]
const COUNTS = [[1e9, "B"], [1e6, "M"], [1e3, "k"]]
const STEPS = [[31_536_000, "year"], [2_592_000, "month"], [86_400, "day"], [3_600, "hour"], [60, "minute"]]

/** 94 MB, 1.4 GB: decimal, as disks are sold. */
export function size(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`
  let value = bytes / 1000
  let at = 0
  while (value >= 999.5 && at < UNITS.length - 1) {
    value /= 1000
    at += 1
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[at]}`
}

/** 8412 as 8.4 k. */
export function count(number) {
  for (const [limit, unit] of COUNTS) {
    const scaled = number / limit
    if (number >= limit) return `${scaled < 100 ? scaled.toFixed(1) : scaled.toFixed(0)} ${unit}`
  }
  return String(number)
}

export function plural(number, noun, many = `${noun}s`) {
  return `${String(number).replace(/\B(?=(\d{3})+$)/g, " ")} ${number === 1 ? noun : many}`
}

/** "2 hours ago", "in 3 days"; both in milliseconds. */
export function age(at, now = Date.now()) {
  const seconds = (now - at) / 1000
  const [step, unit] = STEPS.find(([step]) => Math.abs(seconds) >= step) ?? []
  if (!unit) return "just now"
  const words = plural(seconds > 0 ? Math.floor(seconds / step) : Math.round(-seconds / step), unit)
  return seconds > 0 ? `${words} ago` : `in ${words}`
}

/** "9 s left", "4 min left"; nothing while it is only a guess. */
export function left(done, total, elapsedMs) {
  if (elapsedMs < 1500 || done <= 0 || done >= total) return ""
  const seconds = Math.ceil(elapsedMs / done * (total - done) / 1000)
  if (seconds < 90) return `${seconds} s left`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min left` : `${Math.round(seconds / 3600)} h left`
}
