// @ts-check
/** What the portal is asked beside the start of a chat (docs/integrate.md): whether it is open, the place in the queue, links to another device, the rating. */

import { post } from "../chat/wire.js"

/**
 * @typedef {{open: boolean, text: string, place: number, link: null | {used: boolean, refused: number}}} About
 * `text`: the queue's words while it is closed; `place`: 1 is next, 0 is none; `link`: what became of the newest one
 * @typedef {{key: string, seat: import("../chat/chat.js").Seat, files: boolean}} Taken
 */

/** @param {string} portal its address */
export function portalApi(portal) {
  const url = (/** @type {string} */ verb) => new URL(`livechat/${verb}`, portal)
  return {
    /** @param {{key?: string, topic?: string, language?: string}} asked @returns {Promise<About>} */
    about: (asked) => post(url("about"), "", asked),

    /** A link that opens this chat once, on another device. @param {string} key @param {import("../chat/chat.js").Seat} seat @param {boolean} files @returns {Promise<{code: string, seconds: number}>} */
    makeLink: (key, seat, files) => post(url("link"), "", { key, seat: { ...seat, files } }),

    /** @param {string} code @returns {Promise<Taken>} */
    async takeLink(code) {
      const { key, seat: { files, ...seat } } = await post(url("take"), "", { code })
      return { key, seat, files }
    },

    /** @param {string} key @param {number} stars 1…5 @param {string} comment @returns {Promise<unknown>} */
    rate: (key, stars, comment) => post(url("rating"), "", { key, stars, comment }),
  }
}
