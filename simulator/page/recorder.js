// Records a voice message with the computer's microphone.

import { oggFromWebm } from "./ogg.js";

const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export const canRecord = () => typeof MediaRecorder === "function" && navigator.mediaDevices?.getUserMedia !== undefined;

export class Recorder {
  /** Asks for the microphone; rejects when it is refused or missing. `onTick` gets the seconds so far. */
  static async start(onTick) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return new Recorder(stream, onTick);
  }

  constructor(stream, onTick) {
    this.stream = stream;
    this.chunks = [];
    this.recorder = new MediaRecorder(stream, { mimeType: FORMATS.find((format) => MediaRecorder.isTypeSupported(format)) });
    this.recorder.addEventListener("dataavailable", (event) => this.chunks.push(event.data));
    this.started = performance.now();
    this.timer = setInterval(() => onTick(this.seconds()), 500);
    onTick(0);
    this.recorder.start();
  }

  seconds() {
    return (performance.now() - this.started) / 1000;
  }

  /** Ends the recording: {file, seconds}. */
  stop() {
    const seconds = Math.max(1, Math.round(this.seconds()));
    clearInterval(this.timer);
    return new Promise((resolve) => {
      this.recorder.addEventListener("stop", async () => {
        this.stream.getTracks().forEach((track) => track.stop());
        const recorded = new Blob(this.chunks, { type: this.recorder.mimeType.split(";")[0] });
        const voice = recorded.type === "audio/webm" ? oggFromWebm(await recorded.arrayBuffer()) ?? recorded : recorded;
        resolve({ file: new File([voice], `voice.${voice.type.split("/")[1]}`, { type: voice.type }), seconds });
      });
      this.recorder.stop();
    });
  }
}
