// @ts-check
/** The server's clock in this tab, and times in words by it. */
import * as dates from "../../../frontend/js/dates.js"

export { clockwise, date, exactly, hour, spoken } from "../../../frontend/js/dates.js"

/** How far the server's clock is ahead of ours, from the answer with the shortest way. */
let ahead = 0
let surest = Infinity

/**
 * @param {string} serverTime @param {number} roundTrip milliseconds
 */
export function setClock(serverTime, roundTrip) {
  if (roundTrip > surest) return
  surest = roundTrip
  ahead = Date.parse(serverTime) + roundTrip / 2 - Date.now()
}

/** The clock may drift while a laptop sleeps: after a new connection the next answer counts again. */
export function forgetClock() {
  surest = Infinity
}

/** Milliseconds, by the server's clock. */
export const now = () => Date.now() + ahead

/** Whole seconds since then, never negative. @param {string} iso */
export const since = (iso) => Math.max(0, Math.floor((now() - Date.parse(iso)) / 1000))

/** Whole seconds until then, never negative. @param {string} iso */
export const until = (iso) => Math.max(0, Math.ceil((Date.parse(iso) - now()) / 1000))

/** Today, Yesterday, Wednesday, 18 November. @param {string} iso */
export const day = (iso) => dates.day(iso, now())

/** 2 Sep, 30 Nov 2025. @param {string} iso */
export const dayOfYear = (iso) => dates.dayOfYear(iso, now())

/** 2 Sep, 17:46; 30 Nov 2025, 17:46. @param {string} iso */
export const dayAndHour = (iso) => `${dayOfYear(iso)}, ${dates.hour(iso)}`
