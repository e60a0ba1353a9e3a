// @ts-check
/** What the menu in the window's head offers while a chat goes on. */

import { gettext } from "../js/i18n.js"

/**
 * @param {{sound: boolean | null, link: boolean, leaving: boolean}} has `sound`: null when this website has none
 * @param {{setSound: (on: boolean) => void, offerLink: () => void, save: () => void, end: () => void}} acts
 * @returns {import("./frame.js").Entry[]}
 */
export const menuOf = ({ sound, link, leaving }, acts) => [
  ...(sound === null ? [] : [{ id: "sound", sign: sound ? "mute" : "bell", label: sound ? gettext("Sound off") : gettext("Sound on"), run: () => acts.setSound(!sound) }]),
  ...(link ? [{ id: "link", sign: "phone", label: gettext("Continue on another device"), run: acts.offerLink }] : []),
  { id: "save", sign: "download", label: gettext("Save this chat"), run: acts.save },
  ...(leaving ? [] : [{ id: "end", sign: "end", label: gettext("End the chat"), run: acts.end }]),
]
