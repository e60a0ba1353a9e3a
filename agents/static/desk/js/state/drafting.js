// @ts-check
/** Words begun on several machines of one agent: whose count, and which would be overwritten: nobody loses any. Pure. */

/**
 * @typedef {import("../lib/session_storage.js").Mode} Mode
 * @typedef {import("../lib/session_storage.js").Begun} Begun
 * @typedef {Object} Draft  What was begun in this tab, in one contact.
 * @property {Begun} words
 * @property {Begun} base  What the server was last heard to have.
 * @property {Begun[]} saved  What it was sent and may still say.
 * @property {Begun} other  Words that these have displaced, or that have displaced these; empty: none.
 * @property {boolean} settled  The server has these words, or others that count before them: its word is shown.
 * @property {boolean} held  They would overwrite another machine's: they wait until somebody types here, or decides.
 * @property {boolean} asked  These very words are on their way to the server,
 * @property {boolean} kept  and it has taken them.
 * @property {boolean} refused
 */

/** @type {Begun} */
export const NOTHING = Object.freeze({ reply: "", note: "" })
/** @type {Mode[]} */
const MODES = ["reply", "note"]
/** The server's frames are never further behind. */
const MOST_SAVED = 5

const UNASKED = { held: false, asked: false, kept: false, refused: false }

/** @param {Begun|null} a @param {Begun} b */
export const same = (a, b) => a !== null && a.reply === b.reply && a.note === b.note

/** Somebody types here. @param {Draft|undefined} draft @param {Begun|null} told @param {Begun} words @returns {Draft} */
export function typed(draft, told, words) {
  const { base, saved } = draft && !draft.settled ? draft : { base: told ?? NOTHING, saved: [] }
  return { words, base, saved, other: draft?.other ?? NOTHING, settled: false, ...UNASKED }
}

/** After a refresh nobody knows what became of what was asked. @param {Draft} draft @returns {Draft} */
export const again = (draft) => ({ ...draft, asked: false, kept: false, refused: false })

/** The words go to the server. @param {Draft} draft @returns {Draft} */
export const asked = (draft) => ({ ...draft, asked: true, saved: [...draft.saved, draft.words].slice(-MOST_SAVED) })

/**
 * What the server has now.
 * @param {Draft} draft @param {Begun} told @param {boolean} typing  Somebody types here: their words stay in sight.
 * @returns {Draft}
 */
export function heard(draft, told, typing) {
  // Before it has answered, the same words may be those from before a save that is still on its way.
  if (!draft.settled && draft.kept && same(told, draft.words)) return { ...draft, ...UNASKED, base: told, saved: [], settled: true }
  if (same(told, draft.base)) return draft
  const echo = draft.saved.findIndex((one) => same(told, one))
  if (!draft.settled && echo >= 0)
    return { ...draft, base: told, saved: draft.saved.slice(echo + 1), held: draft.held && !same(told, draft.words) }
  return draft.settled || draft.kept ? displaced(draft, told, typing) : crossed(draft, told)
}

/** Another machine was quicker: what was not touched here is theirs, what was stands against theirs. @param {Draft} draft @param {Begun} told @returns {Draft} */
function crossed(draft, told) {
  const [words, other] = [{ ...draft.words }, { ...draft.other }]
  let { held } = draft
  for (const mode of MODES) {
    if (words[mode] === draft.base[mode]) words[mode] = told[mode]
    else if (told[mode] !== draft.base[mode] && isLostIn(words[mode], told[mode])) {
      other[mode] = told[mode]
      held = true
    }
  }
  const next = { ...draft, base: told, other, held, settled: same(words, told) }
  return same(words, draft.words) ? next : { ...next, words, asked: false, kept: false }
}

/** The server had these words, and has others now. @param {Draft} draft @param {Begun} told @param {boolean} typing @returns {Draft} */
function displaced(draft, told, typing) {
  const [words, other] = [{ ...told }, { ...draft.other }]
  /** What was begun here is remembered: it may come back, or be displaced again. */
  const mine = { ...draft.words }
  let stays = false
  for (const mode of MODES) {
    const [was, is, before] = [draft.words[mode], told[mode], draft.base[mode]]
    if (!is) mine[mode] = other[mode] = "" // sent or thrown away by who had seen it
    else if (was === is) other[mode] = isLostIn(is, before) ? before : other[mode] // ours came after theirs
    else if (was && typing && isLostIn(was, is)) {
      words[mode] = was
      other[mode] = is
      stays = true
    } else if (isLostIn(is, was)) other[mode] = was
  }
  const next = { ...draft, ...UNASKED, base: told, saved: [], other }
  return stays ? { ...next, words, held: true, settled: false } : { ...next, words: mine, settled: true }
}

/** Whether these words are nowhere in those. @param {string} shown @param {string} words */
const isLostIn = (shown, words) => words.trim() !== "" && !shown.includes(words.trim())

/** The words of this mode that are not in sight; empty: none. @param {Draft|undefined} draft @param {Mode} mode @param {string} shown */
export const otherWords = (draft, mode, shown) => (draft && isLostIn(shown, draft.other[mode]) ? draft.other[mode] : "")
