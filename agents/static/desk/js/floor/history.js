// @ts-check
/** The agent's history: drawn by the server. Here are only the user's menu, and times in the reader's own zone. */
import { initMe } from "../shell/user_menu.js"
import { localTimes } from "../lib/timers.js"

initMe()
localTimes()
