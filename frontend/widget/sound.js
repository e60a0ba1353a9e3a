// @ts-check
/** A short sound for a new message, made by the browser itself: no file, nothing a Content Security Policy could refuse. */

/** @type {AudioContext | null} */
let context = null

/** Browsers let a page sound only after somebody has pressed something in it. */
export function allowSound() {
  if (context || typeof AudioContext === "undefined") return
  context = new AudioContext()
}

/** Two soft tones. */
export function chime() {
  if (!context || context.state === "closed") return
  context.resume().catch(() => {})
  for (const [at, tone] of [[0, 660], [0.12, 880]]) {
    const [note, volume] = [context.createOscillator(), context.createGain()]
    const from = context.currentTime + at
    note.frequency.value = tone
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(0.08, from + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.35)
    note.connect(volume).connect(context.destination)
    note.start(from)
    note.stop(from + 0.4)
  }
}
