// @ts-check
/* In the frame of another site a browser may keep nothing: what a page would keep then lasts as long as it is open, and no tab
   knows of another's locks. A plain script in <head>, before everything that asks. */
{
  /** @returns {Storage} */
  const inMemory = () =>
    Object.defineProperties(/** @type {any} */ ({}), {
      getItem: { value(/** @type {string} */ key) { return Object.hasOwn(this, key) ? this[key] : null } },
      setItem: { value(/** @type {string} */ key, /** @type {string} */ value) { this[key] = String(value) } },
      removeItem: { value(/** @type {string} */ key) { delete this[key] } },
    })

  try {
    void window.localStorage
  } catch {
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { value: inMemory() })
    Object.defineProperty(navigator, "locks", { value: undefined })
  }
}
