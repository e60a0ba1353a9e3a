// @ts-check
/** The window's icons: what `icon` of frontend/js/dom.js points at, all in hidden pictures. */

import { FIRST, svg } from "./element.js"

/** Lines on 20 by 20. @type {Record<string, string>} */
export const ICONS = {
  ...FIRST,
  arrow: "M10 4v11.5M5.5 11l4.5 4.5 4.5-4.5",
  close: "m5.5 5.5 9 9M14.5 5.5l-9 9",
  send: "M10 16V4.5M5.5 9 10 4.5 14.5 9",
  clip: "m15.5 9.3-5.4 5.4a3.3 3.3 0 0 1-4.7-4.7l5.7-5.7a2.2 2.2 0 0 1 3.1 3.1l-5.5 5.5a1.1 1.1 0 0 1-1.6-1.6l4.7-4.7",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  read: "m2 10.5 3.5 3.5L12 6.5M9.5 13.3l.7.7L17 6.5",
  sent: "m4.5 10.5 3.8 3.8 7.2-8",
  clock: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M10 6.5V10l2.3 1.7",
  retry: "M16 10a6 6 0 1 1-1.8-4.3L16 7.5M16 3.5v4h-4",
  file: "M5 5a1.5 1.5 0 0 1 1.5-1.5H11L15 7.5V15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 5 15zM11 3.5v4h4",
  download: "M10 3.5v9M6.5 9l3.5 3.5L13.5 9M4 16.5h12",
  warn: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M10 6.8v3.7M10 13.2v.1",
  phone: "M7 2.5h6a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 16V4A1.5 1.5 0 0 1 7 2.5M9.2 15h1.6",
  bell: "M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5-1.5 5h12s-1.5-1-1.5-5A4.5 4.5 0 0 0 10 3M8.5 15.5a1.6 1.6 0 0 0 3 0",
  mute: "M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5-1.5 5h12s-1.5-1-1.5-5A4.5 4.5 0 0 0 10 3M8.5 15.5a1.6 1.6 0 0 0 3 0M3 3l14 14",
  end: "M8 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8M12.5 6.5 16 10l-3.5 3.5M15.5 10H8",
}

/** What the third part brings. @type {Record<string, string>} */
export const MORE_ICONS = {
  check: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m-2.8 6.7 2 2 3.6-4.2",
  image: "M5.5 4h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2M4 14.5l4-3.7 2.5 2.2 2.5-2.5 3.3 3M7.5 7.2a1 1 0 1 0 0 2 1 1 0 0 0 0-2",
  copy: "M8.5 7h6A1.5 1.5 0 0 1 16 8.5v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 7 14.5v-6A1.5 1.5 0 0 1 8.5 7M4 12.5v-7A1.5 1.5 0 0 1 5.5 4h7",
  star: "m10 3 2.1 4.5 4.9.6-3.6 3.4 1 4.9-4.4-2.4-4.4 2.4 1-4.9L3 8.1l4.9-.6z",
}

export const symbols = (/** @type {Record<string, string>} */ icons) =>
  svg("svg", { class: "symbols", "aria-hidden": "true" },
    ...Object.entries(icons).map(([name, d]) => svg("symbol", { id: `i-${name}`, viewBox: "0 0 20 20" }, svg("path", { d }))))
