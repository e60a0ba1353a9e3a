// @ts-check
/** The agent's history: drawn by the server. Here are only the user's menu, and times in the reader's own zone. */
import { initMe } from "./me.js"
import { localTimes } from "./timers.js"

initMe()
localTimes()
