// Sends 16-bit PCM in pieces of 20 ms; the AudioContext already runs at 16 kHz.
class Mic extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Int16Array(320);
    this.count = 0;
  }

  process(inputs) {
    const channel = inputs[0][0];
    if (!channel) return true;
    for (const value of channel) {
      this.samples[this.count++] = Math.max(-1, Math.min(1, value)) * 32767;
      if (this.count === this.samples.length) {
        this.port.postMessage(this.samples.slice().buffer);
        this.count = 0;
      }
    }
    return true;
  }
}

registerProcessor("mic", Mic);
