// SHA-256 of bytes that come in pieces (FIPS 180-4). crypto.subtle needs the whole file in memory and a
// secure context; a hub on a home network has neither.
const K = new Int32Array(64)
const START = new Int32Array(8)

// The constants are the first bits of the fractional parts of roots of the first 64 primes.
for (let n = 2, at = 0; at < 64; n++) {
  if (Array.from({ length: n - 2 }, (_, i) => i + 2).some(d => n % d === 0)) continue
  const bits = root => (root % 1) * 2 ** 32 | 0
  if (at < 8) START[at] = bits(n ** (1 / 2))
  K[at++] = bits(n ** (1 / 3))
}

export class Sha256 {
  #state = START.slice()
  #block = new Uint8Array(64)
  #words = new Int32Array(64)
  #held = 0
  #length = 0

  /** bytes: Uint8Array of any length. */
  update(bytes) {
    this.#length += bytes.length
    let at = 0
    if (this.#held) {
      at = Math.min(64 - this.#held, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < 64) return this
      this.#mix(this.#block, 0)
    }
    for (; at + 64 <= bytes.length; at += 64) this.#mix(bytes, at)
    this.#held = bytes.length - at
    this.#block.set(bytes.subarray(at))
    return this
  }

  /** 64 hexadecimal digits; nothing can be added after. */
  hex() {
    const bits = this.#length * 8
    const tail = new Uint8Array((this.#held < 56 ? 64 : 128) - this.#held)
    tail[0] = 0x80
    const view = new DataView(tail.buffer)
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(tail.length - 4, bits >>> 0)
    this.update(tail)
    return Array.from(this.#state, word => (word >>> 0).toString(16).padStart(8, "0")).join("")
  }

  #mix(bytes, at) {
    const w = this.#words
    for (let i = 0; i < 16; i++, at += 4) w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]
    for (let i = 16; i < 64; i++) {
      const p = w[i - 15], q = w[i - 2]
      const s0 = (p >>> 7 | p << 25) ^ (p >>> 18 | p << 14) ^ p >>> 3
      const s1 = (q >>> 17 | q << 15) ^ (q >>> 19 | q << 13) ^ q >>> 10
      w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0
    }
    // Not destructured: an iterator here costs three quarters of the speed.
    const s = this.#state
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7]
    for (let i = 0; i < 64; i++) {
      const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)
      const one = h + s1 + (e & f ^ ~e & g) + K[i] + w[i] | 0
      const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)
      const two = s0 + (a & b ^ a & c ^ b & c) | 0
      h = g; g = f; f = e; e = d + one | 0
      d = c; c = b; b = a; a = one + two | 0
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h
  }
}
