// @ts-check
/** The wait before the next try, in milliseconds: doubling up to `most`, and never the same for all pages at once. @param {number} tries @param {number} chance 0…1 @param {{first: number, most: number}} waits */
export const backOff = (tries, chance, { first, most }) => Math.min(most, first * 2 ** tries) * (0.5 + chance / 2)
