// @ts-check
/** The emoji of the picker: few enough to be found at a glance, each by its name. Pure. */
import { gettext } from "../lib/i18n.js"

/** @typedef {{sign: string, name: string}} Emoji @typedef {{name: string, all: Emoji[]}} Group */

/** In the reader's language, so that it can be searched in it. @returns {Group[]} */
export const emoji = () => [
  group(gettext("Faces"), [
    ["🙂", gettext("slight smile")],
    ["😀", gettext("grinning")],
    ["😄", gettext("laughing eyes")],
    ["😂", gettext("tears of joy")],
    ["😊", gettext("smiling, happy")],
    ["😉", gettext("wink")],
    ["😍", gettext("heart eyes")],
    ["🤗", gettext("hug")],
    ["🤔", gettext("thinking")],
    ["😌", gettext("relieved")],
    ["😎", gettext("cool, sunglasses")],
    ["🥳", gettext("party")],
    ["😅", gettext("phew, sweat")],
    ["😕", gettext("confused")],
    ["😟", gettext("worried")],
    ["😔", gettext("sad, pensive")],
    ["😢", gettext("crying")],
    ["😮", gettext("surprised")],
    ["🙄", gettext("rolling eyes")],
    ["😴", gettext("sleeping")],
  ]),
  group(gettext("Hands and people"), [
    ["👍", gettext("thumbs up, yes")],
    ["👎", gettext("thumbs down, no")],
    ["👏", gettext("applause")],
    ["🙏", gettext("please, thank you")],
    ["👋", gettext("waving, hello, bye")],
    ["👌", gettext("perfect, OK hand")],
    ["🤝", gettext("handshake, agreed")],
    ["💪", gettext("strong")],
    ["🤞", gettext("fingers crossed, good luck")],
    ["👉", gettext("pointing right")],
    ["🙌", gettext("hands up, hooray")],
    ["🤷", gettext("shrug, do not know")],
    ["👀", gettext("eyes, looking")],
    ["🧑‍💻", gettext("at the computer")],
  ]),
  group(gettext("Hearts and feasts"), [
    ["❤️", gettext("red heart")],
    ["💙", gettext("blue heart")],
    ["💚", gettext("green heart")],
    ["🎉", gettext("congratulations, confetti")],
    ["🎂", gettext("birthday cake")],
    ["🎁", gettext("present, gift")],
    ["💐", gettext("flowers")],
    ["⭐", gettext("star")],
    ["✨", gettext("sparkles, new")],
    ["🔥", gettext("fire")],
    ["☀️", gettext("sun")],
    ["🌧️", gettext("rain")],
    ["❄️", gettext("snow")],
    ["☕", gettext("coffee")],
  ]),
  group(gettext("Orders and travel"), [
    ["📦", gettext("parcel, package")],
    ["🚚", gettext("delivery van")],
    ["🏠", gettext("house, home")],
    ["🏬", gettext("shop, store")],
    ["🛒", gettext("shopping trolley")],
    ["💳", gettext("card, payment")],
    ["💶", gettext("money")],
    ["🧾", gettext("receipt, invoice")],
    ["↩️", gettext("return, back")],
    ["✈️", gettext("plane")],
    ["🚗", gettext("car")],
    ["📍", gettext("place, pin")],
    ["⏰", gettext("alarm clock, time")],
    ["📅", gettext("calendar, date")],
  ]),
  group(gettext("Things and signs"), [
    ["✅", gettext("done, tick")],
    ["❌", gettext("cross, wrong")],
    ["❓", gettext("question")],
    ["❗", gettext("important")],
    ["⚠️", gettext("warning")],
    ["ℹ️", gettext("information")],
    ["💡", gettext("idea, bulb")],
    ["🔧", gettext("tool, repair")],
    ["🔒", gettext("locked, safe")],
    ["🔑", gettext("key, password")],
    ["📞", gettext("telephone")],
    ["📱", gettext("mobile phone")],
    ["📧", gettext("e-mail")],
    ["📎", gettext("paper clip")],
    ["📷", gettext("camera, photo")],
    ["🔗", gettext("link")],
    ["⏳", gettext("hourglass, wait")],
    ["🔄", gettext("again, refresh")],
  ]),
]

/** @param {string} name @param {[string, string][]} all @returns {Group} */
const group = (name, all) => ({ name, all: all.map(([sign, each]) => ({ sign, name: each })) })

/** Those whose name has every word that is typed, or the beginning of it; groups without any are left out. @param {Group[]} groups @param {string} typed */
export function found(groups, typed) {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (/** @type {Emoji} */ { name }) => {
    const words = name.toLowerCase().split(/[\s,]+/)
    return wanted.every((one) => words.some((word) => word.startsWith(one)))
  }
  return groups
    .map((one) => ({ ...one, all: one.all.filter(fits) }))
    .filter((one) => one.all.length > 0)
}
