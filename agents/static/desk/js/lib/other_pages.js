// @ts-check

/** To a page beside the desk: in a tab of its own where the desk stands in a frame of somebody else's page. @param {string} url */
export function leaveFor(url) {
  if (window.parent === window) location.assign(url)
  else window.open(url, "_blank", "noopener")
}
