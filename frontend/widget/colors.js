// @ts-check
/** A website's own colour, made readable: what stands on it, and what it is as words on light and dark. Pure. */

const LIGHT = [255, 255, 255]
const DARK = [24, 28, 34]
const READABLE = 4.6

/** @typedef {number[]} Rgb */

/** @param {string} color #rrggbb @returns {Rgb} */
const rgb = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

/** @param {Rgb} color */
const hex = (color) => `#${color.map((one) => Math.round(one).toString(16).padStart(2, "0")).join("")}`

/** @param {Rgb} color */
function luminance(color) {
  const [r, g, b] = color.map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** @param {Rgb} one @param {Rgb} other */
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** @param {Rgb} from @param {Rgb} to @param {number} share */
const mix = (from, to, share) => from.map((one, at) => one + (to[at] - one) * share)

/** The colour itself, or as much nearer to `towards` as makes it readable on `ground`. @param {Rgb} color @param {Rgb} ground @param {Rgb} towards */
function readable(color, ground, towards) {
  for (let share = 0; share < 1; share += 0.04) {
    const tried = mix(color, towards, share)
    if (contrast(tried, ground) >= READABLE) return hex(tried)
  }
  return hex(towards)
}

/** @param {string} color #rrggbb @returns {Record<string, string>} custom properties of tokens.css */
export function accent(color) {
  const base = rgb(color)
  const on = contrast(base, LIGHT) >= contrast(base, DARK) ? LIGHT : DARK
  // Neither white nor black may be readable on a middling colour: then it gives way.
  const ground = readable(base, on, on === LIGHT ? [0, 0, 0] : LIGHT)
  const [light, dark] = [readable(base, LIGHT, [0, 0, 0]), readable(base, DARK, LIGHT)]
  return {
    "--accent": ground, "--accent-hover": hex(mix(rgb(ground), on === LIGHT ? [0, 0, 0] : LIGHT, 0.12)), "--on-accent": hex(on),
    "--accent-text": `light-dark(${light}, ${dark})`, "--accent-mark": `light-dark(${light}, ${dark})`, "--focus": `light-dark(${light}, ${dark})`,
    "--accent-soft": `light-dark(${hex(mix(base, LIGHT, 0.88))}, ${hex(mix(base, DARK, 0.8))})`,
    "--accent-line": `light-dark(${hex(mix(base, LIGHT, 0.65))}, ${hex(mix(base, DARK, 0.55))})`,
  }
}
