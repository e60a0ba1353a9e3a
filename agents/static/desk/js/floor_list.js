// @ts-check
/** The supervisor's list: drawn by the server, its timers go on here. */
import { setClock } from "./clock.js"
import { find } from "./dom.js"
import { initMe } from "./me.js"
import { localTimes, tickTimers } from "./timers.js"

const drawnAt = find("#floor").dataset.now
if (drawnAt) setClock(drawnAt, 0)
initMe()
localTimes()
tickTimers()
setInterval(tickTimers, 1_000)
