// Sound as numbers: one channel of samples from -1 to 1, written as a WAV file of 16 bits.
const HEAD_BYTES = 44

/** The WAV file, as an ArrayBuffer. */
export function wav(samples, rate) {
  const file = new DataView(new ArrayBuffer(HEAD_BYTES + 2 * samples.length))
  const text = (at, letters) => [...letters].forEach((letter, by) => file.setUint8(at + by, letter.charCodeAt(0)))
  text(0, "RIFF")
  file.setUint32(4, HEAD_BYTES - 8 + 2 * samples.length, true)
  text(8, "WAVEfmt ")
  file.setUint32(16, 16, true)
  file.setUint16(20, 1, true) // PCM
  file.setUint16(22, 1, true) // channels
  file.setUint32(24, rate, true)
  file.setUint32(28, 2 * rate, true)
  file.setUint16(32, 2, true)
  file.setUint16(34, 16, true)
  text(36, "data")
  file.setUint32(40, 2 * samples.length, true)
  samples.forEach((sample, at) => file.setInt16(HEAD_BYTES + 2 * at, pcm(sample), true))
  return file.buffer
}

/** Several channels as one: their mean. */
export function mixed(channels) {
  if (channels.length === 1) return channels[0]
  return channels[0].map((_, at) => channels.reduce((sum, channel) => sum + channel[at], 0) / channels.length)
}

/** What came in parts, as one. */
export function joined(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The loudest of each of `count` equal parts, from 0 to 1: what a waveform shows. */
export function peaks(samples, count) {
  const step = samples.length / count
  return Array.from({ length: count }, (_, at) => {
    let most = 0
    for (let each = Math.floor(at * step); each < Math.floor((at + 1) * step); each += 1) most = Math.max(most, Math.abs(samples[each]))
    return Math.min(1, most)
  })
}

/** 75 s as 1:15. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
}

function pcm(sample) {
  const kept = Math.max(-1, Math.min(1, sample))
  return Math.round(kept < 0 ? kept * 0x8000 : kept * 0x7fff)
}
