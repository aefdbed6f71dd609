/**
 * <audio-input name="inputs" src="…" label="bear.wav"> around .drop with [data-record], .chosen and an error's line: sound that
 * is recorded here, dropped, chosen or an example's. `value` is a WAV file of 16 kHz in base64, `told` { url, name, play(at) }.
 */
import { Field } from "../widget/field.js"
import { base64, fetched, takes } from "../widget/picking.js"
import { node } from "../widget/dom.js"
import { RATE, Recording, canRecord, decoded } from "../recording/recording.js"
import { clock, peaks, wav } from "../recording/wav.js"
import { waveform } from "../recording/waveform.js"

const BARS = 120

class AudioInput extends Field {
  value = ""
  told = null
  #recording = null

  connectedCallback() {
    takes(this, "audio", file => this.#take(file))
    this.missing("Record or choose a sound first.", this.querySelector("input"))
    this.button = this.querySelector("[data-record]")
    this.button.hidden = false
    this.button.addEventListener("click", () => (this.#recording ? this.#stop() : this.#record()))
    const src = this.getAttribute("src")
    if (src) this.load({ src, name: this.getAttribute("label") })
  }

  disconnectedCallback() { this.#recording?.stop() }

  /** An example's sound: { src, name }. */
  async load(example) {
    try {
      await this.#take(await fetched(example))
    } catch (error) {
      this.#say(error.message)
    }
  }

  async #record() {
    if (!canRecord()) return this.#say("Browsers record on https pages and on this machine's own only. Drop a file instead.")
    this.#say("")
    const levels = []
    try {
      this.#recording = await Recording.begin((block, seconds) => {
        levels.push(peaks(block, 1)[0])
        this.#label(`Stop, ${clock(seconds)}`, true)
        this.#draw(levels.slice(-BARS))
      })
      this.#label("Stop, 0:00", true)
    } catch (error) {
      this.#say(error.name === "NotAllowedError" ? "The browser did not give the microphone. Allow it beside the address, or drop a file." : "No microphone was found. Drop a file instead.")
    }
  }

  async #stop() {
    const recording = this.#recording
    this.#recording = null
    this.#label("Record", false)
    await this.#hold(await recording.stop(), "recording.wav")
  }

  async #take(file) {
    this.#say("")
    const samples = await decoded(file).catch(() => null)
    if (!samples) return this.#say("This browser cannot play that file. Try WAV, MP3, FLAC or OGG.")
    await this.#hold(samples, file.name.replace(/\.\w+$/, "") + ".wav")
  }

  async #hold(samples, name) {
    const blob = new Blob([wav(samples, RATE)], { type: "audio/wav" })
    this.value = await base64(blob)
    if (this.told) URL.revokeObjectURL(this.told.url)
    const player = node("audio", { controls: true, src: URL.createObjectURL(blob), "aria-label": name })
    this.told = { url: player.src, name, play: at => { player.currentTime = at; player.play() } }
    this.#draw(peaks(samples, BARS), player)
    this.missing("")
    this.changed()
  }

  #draw(levels, player = null) {
    const chosen = this.querySelector(".chosen")
    chosen.hidden = false
    chosen.replaceChildren(waveform(levels, BARS), ...(player ? [player] : []))
  }

  #label(words, on) {
    this.button.querySelector("span").textContent = words
    this.button.setAttribute("aria-pressed", String(on))
  }

  #say(words) {
    const line = this.querySelector(".field__error")
    line.hidden = !words
    line.textContent = words
  }
}

customElements.define("audio-input", AudioInput)
