// @ts-check
/** Which pages may hold this CCP in a frame. */

/** An origin is approved as it is written; a port written as `*` is any port.
 * @param {string[]} approved @param {string} origin */
export function isApproved(approved, origin) {
  return approved.some((each) => {
    if (!each.endsWith(":*")) return each === origin
    const host = each.slice(0, -2)
    return origin === host || (origin.startsWith(`${host}:`) && /^\d+$/.test(origin.slice(host.length + 1)))
  })
}
