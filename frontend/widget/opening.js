// @ts-check
/** Whether somebody is there to answer, before a chat: by the tag's hours, else as the portal's queue says. */

import { gettext } from "../js/i18n.js"

/**
 * @param {import("./settings.js").Settings} settings
 * @param {(asked: {topic?: string, language: string}) => Promise<import("./portal.js").About>} ask
 * @param {() => Promise<import("./more.js").More>} more which reads hours
 * @returns {Promise<{shut: boolean, text: string, wrong: string}>} `text`: what a customer reads while it is shut; `wrong`: what the website's developer should know
 */
export async function opening({ hours, zone, closedText, attributes, language }, ask, more) {
  const ranges = hours ? await more().then(({ readHours }) => readHours(hours), () => []) : null
  const wrong = hours && !ranges ? `data-hours cannot be read: ${hours.slice(0, 100)}` : ""
  const about = ranges ? null : await ask({ topic: attributes.topic, language }).catch(() => null)
  const shut = ranges?.length ? !(await more()).isOpen(ranges, zone, new Date()) : about !== null && !about.open
  const text = closedText || about?.text || gettext("We are closed at the moment. You can write, and we answer when we are back.")
  return { shut, text: shut ? text : "", wrong }
}
