// Runs beside the page: hands each block of the first channel over as it comes.
class Recorder extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]?.length) this.port.postMessage(input[0].slice())
    return true
  }
}

registerProcessor("recorder", Recorder)
