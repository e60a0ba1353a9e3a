// @ts-check
/* In the frame of another site's page a browser may refuse its stores: what would be kept there then lasts as long as the page.
   A plain script in <head>, before everything that reads them. */
{
  /** @type {Record<string, any>} */
  const methods = {
    /** @this {Record<string, string>} @param {string} key */
    getItem(key) {
      return Object.hasOwn(this, key) ? this[key] : null
    },
    /** @this {Record<string, string>} @param {string} key @param {string} value */
    setItem(key, value) {
      this[key] = String(value)
    },
    /** @this {Record<string, string>} @param {string} key */
    removeItem(key) {
      delete this[key]
    },
  }
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      void window[name]
    } catch {
      Object.defineProperty(window, name, { value: Object.create(methods) })
      Object.defineProperty(navigator, "locks", { value: undefined, configurable: true }) // refused as well, but later
    }
  }
}
