// @ts-check
/** Joins the customer's page: goes on with the chat this tab holds, or shows the form that starts one. */

import { Chat } from "./frontend/chat/chat.js"
import { Page } from "./page.js"
import { startForm } from "./start.js"
import { store as storeIn } from "./store.js"
import { participantApi, startChat } from "./frontend/chat/wire.js"

// The page is in English: times and dates are told as the reader's own English tells them.
if (navigator.language.startsWith("en-")) document.documentElement.lang = navigator.language

const api = participantApi(new URL("../", location.href))
const store = storeIn(sessionStorage)
/** @type {Chat | null} */
let chat = null

const page = new Page({ draft: store.draft.bind(store), onAnew: startAnew })
const form = startForm(/** @type {HTMLFormElement} */ (document.querySelector('[data-form="start"]')), {
  startChat: (details) => startChat(new URL("startChat", location.href), details),
  onStarted: (started, name) => goOn({ seat: { ...started, name }, items: [], outgoing: [], receipts: {}, ended: false, marks: { delivered: "", read: "" } }),
  draft: store.draft.bind(store),
  drafts: store.drafts,
})

/** @param {import("./store.js").Kept} kept */
function goOn(kept) {
  store.save(kept)
  chat = new Chat({ api, store, onChange: () => page.draw() }, kept)
  page.open(chat, store.drafts().words ?? "")
  chat.open()
}

/** @param {string} words what was left unsent in the chat before */
function startAnew(words) {
  chat?.close()
  chat = null
  store.clear()
  page.show("start")
  form.open(words)
}

for (const event of ["online", "offline", "focus", "pageshow"]) addEventListener(event, () => chat?.line.look())
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && chat?.line.look())

const kept = store.load()
if (kept) goOn(kept)
else startAnew("")
