// Sound from a microphone or a file, as 16 kHz of one channel: what speech models hear, written by the page itself.
import { joined, mixed } from "./wav.js"

export const RATE = 16_000
const MOST_SECONDS = 300

/** Whether this page may ask for the microphone; browsers give it to https and to this machine alone. */
export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode)
}

/** Listens until `stop()`, which gives the samples. heard(samples, seconds) is told of each block. */
export class Recording {
  #parts = []
  #length = 0

  static async begin(heard) {
    const recording = new Recording()
    recording.stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    recording.context = new AudioContext()
    await recording.context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url))
    const node = new AudioWorkletNode(recording.context, "recorder")
    node.port.onmessage = ({ data }) => recording.#hear(data, heard)
    recording.context.createMediaStreamSource(recording.stream).connect(node)
    return recording
  }

  async stop() {
    for (const track of this.stream.getTracks()) track.stop()
    const rate = this.context.sampleRate
    await this.context.close()
    return resampled(joined(this.#parts), rate)
  }

  #hear(block, heard) {
    const seconds = this.#length / this.context.sampleRate
    if (seconds > MOST_SECONDS) return
    this.#parts.push(block)
    this.#length += block.length
    heard(block, seconds)
  }
}

/** A file's samples, in whatever form the browser can play. Throws where it cannot. */
export async function decoded(file) {
  const context = new OfflineAudioContext(1, 1, RATE)
  const sound = await context.decodeAudioData(await file.arrayBuffer())
  return mixed(Array.from({ length: sound.numberOfChannels }, (_, at) => sound.getChannelData(at)))
}

async function resampled(samples, rate) {
  if (rate === RATE || !samples.length) return samples
  const context = new OfflineAudioContext(1, Math.ceil((samples.length * RATE) / rate), RATE)
  const buffer = context.createBuffer(1, samples.length, rate)
  buffer.copyToChannel(samples, 0)
  const source = context.createBufferSource()
  source.buffer = buffer
  source.connect(context.destination)
  source.start()
  return (await context.startRendering()).getChannelData(0)
}
