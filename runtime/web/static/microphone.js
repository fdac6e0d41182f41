// The browser's microphone as 16 kHz PCM, with its echo cancellation on.
const WHY = {
  NotAllowedError: "没有麦克风权限：请在浏览器地址栏左侧允许使用麦克风。",
  NotFoundError: "没有找到麦克风：请检查是否插好。",
  NotReadableError: "麦克风正被别的程序占用。",
};

export class Microphone {
  constructor(onPcm) {
    this.onPcm = onPcm;
    this.running = false;
  }

  async start() {
    if (!navigator.mediaDevices) throw new Error("浏览器只在本机地址或 HTTPS 下允许使用麦克风。");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new Error(WHY[error.name] ?? `麦克风打不开：${error.name}`);
    }
    this.context = new AudioContext({ sampleRate: 16000 });
    await this.context.audioWorklet.addModule("/static/mic-worklet.js");
    const node = new AudioWorkletNode(this.context, "mic");
    node.port.onmessage = (event) => this.running && this.onPcm(event.data);
    this.context.createMediaStreamSource(this.stream).connect(node);
    this.running = true;
  }

  stop() {
    this.running = false;
    this.stream.getTracks().forEach((track) => track.stop());
    this.context.close();
  }
}
