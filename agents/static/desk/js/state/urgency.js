// @ts-check
/** How long a customer may wait for an answer before the timer says so: on the desk's cards and on the floor. Pure. */

/** Seconds until the waiting timer turns amber, and red. */
export const SOON = 120
export const OVERDUE = 300

/** @param {number} seconds @returns {"calm"|"soon"|"overdue"} */
export const urgency = (seconds) => (seconds >= OVERDUE ? "overdue" : seconds >= SOON ? "soon" : "calm")
