// @ts-check
/** Two soft tones for an offer, one for a message: of several tabs one plays, the one that holds the lock. */
import { chosen } from "../lib/device_settings.js"

const OFFER_EVERY = 2_000
const MESSAGE_EVERY = 3_000
const LOCK = "ccp-sound"
/** As loud as a tone is at most; half of it is what a desk starts with. */
const LOUDEST = 0.24
const AT_FIRST = "50"

/** A browser plays nothing before the page was touched, so only a touched tab asks for the lock. */
export function createSound() {
  /** @type {AudioContext|null} */
  let audio = null
  let mine = false
  let last = 0
  /** @type {ReturnType<typeof setInterval>|undefined} */
  let ringing

  const touched = () => {
    if (audio) return
    audio = new AudioContext()
    if (!navigator.locks)
      mine = true // http on another host: no locks there, every tab plays
    else
      void navigator.locks.request(LOCK, () => {
        mine = true
        return new Promise(() => {})
      })
  }
  document.addEventListener("pointerdown", touched, { capture: true })
  document.addEventListener("keydown", touched, { capture: true })

  const may = () => audio !== null && mine && chosen("sound") !== "off"
  const offer = () => {
    if (audio && may()) call(audio)
  }

  return {
    /** Ring until it is answered or gone. @param {boolean} on */
    ring(on) {
      if (on === (ringing !== undefined)) return
      clearInterval(ringing)
      ringing = on ? setInterval(offer, OFFER_EVERY) : undefined
      if (on) offer()
    },
    message() {
      if (!audio || !may() || Date.now() - last < MESSAGE_EVERY) return
      last = Date.now()
      tone(audio, 523, 0)
    },
    /** As an offer sounds, here and now, even while the sound is off. */
    test() {
      touched()
      if (audio) call(audio)
    },
  }
}

/** @param {AudioContext} audio */
function call(audio) {
  tone(audio, 660, 0)
  tone(audio, 880, 0.18)
}

/** @param {AudioContext} audio @param {number} pitch @param {number} after seconds */
function tone(audio, pitch, after) {
  const loud = (LOUDEST * Number(chosen("volume") || AT_FIRST)) / 100
  if (!(loud > 0)) return
  const start = audio.currentTime + after
  const swell = audio.createGain()
  swell.gain.setValueAtTime(0, start)
  swell.gain.linearRampToValueAtTime(loud, start + 0.02)
  swell.gain.exponentialRampToValueAtTime(loud / 100, start + 0.35)
  const voice = new OscillatorNode(audio, { frequency: pitch, type: "sine" })
  voice.connect(swell).connect(audio.destination)
  voice.start(start)
  voice.stop(start + 0.4)
}

/** @typedef {ReturnType<typeof createSound>} Sound */
