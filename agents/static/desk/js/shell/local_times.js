// @ts-check
/** A page that the server draws and that has nothing else to do here: times in the reader's own zone. */
import { localTimes } from "../lib/timers.js"

localTimes()
