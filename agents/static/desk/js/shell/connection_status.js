// @ts-check
/** The connection, always in sight: Live (12 ms), Reconnecting (4 s, messages are kept), Read-only (why). */
import { lastCut } from "./read_marker.js"
import { spoken } from "../lib/clock.js"
import { at, find, setText } from "../lib/dom.js"
import { notice } from "./notice.js"
import { fill, gettext, say } from "../lib/i18n.js"

/** A cut shorter than this is healed before anybody could read of it. */
const NOTICEABLE = 400
/** An answer that takes longer than this is felt, in milliseconds. */
const SLOW = 500

/** @param {import("../lib/socket.js").Status} status */
export const isCut = ({ kind, since }) => kind === "reconnecting" && Date.now() - since >= NOTICEABLE

/** @param {import("../lib/socket.js").Line} line */
export function createChip(line) {
  const chip = find("#chip")
  const again = find("#chip-again")
  again.addEventListener("click", () => line.insist())
  /** Why it is read-only, as it has been told. */
  let told = ""
  return () => {
    const { look, icon, word, more } = faceOf(line.status)
    chip.className = `chip chip--${look}`
    at(chip, "word").textContent === word || setText(at(chip, "word"), word)
    setText(at(chip, "more"), more)
    const use = /** @type {Element} */ (chip.querySelector("use"))
    if (use.getAttribute("href") !== `#i-${icon}`) use.setAttribute("href", `#i-${icon}`)
    again.hidden = line.status.kind !== "readonly" || line.status.code === 4401
    const why = line.status.kind === "readonly" ? more : ""
    if (why !== told && isCutOff(at(chip, "more"))) notice(why)
    told = why
  }
}

/** On a telephone there is no room for all of it. @param {Element} place */
const isCutOff = (place) => place.scrollWidth > place.clientWidth

/** @param {import("../lib/socket.js").Status} status */
function faceOf(status) {
  const { kind, ms, since, why } = status
  if (kind === "live")
    return {
      look: ms !== null && ms > SLOW ? "warn" : "live",
      icon: ms !== null && ms > SLOW ? "clock" : "live",
      word: gettext("Live"),
      more: lastCut() || (ms === null ? "" : fill(gettext("%(ms)s ms"), { ms: Math.max(1, Math.round(ms)) })),
    }
  if (kind === "readonly") return { look: "bad", icon: "lock", word: gettext("Read-only"), more: why }
  if (kind === "connecting") return { look: "quiet", icon: "retry", word: gettext("Connecting"), more: "" }
  if (!isCut(status)) return { look: "live", icon: "live", word: gettext("Live"), more: "" }
  return {
    look: "warn",
    icon: "retry",
    word: gettext("Reconnecting"),
    more: say("%(for)s, messages are kept", { for: spoken(Math.floor((Date.now() - since) / 1000)) }),
  }
}
