// @ts-check
/** What is chosen for this device: kept in this browser, and told at once to whatever shows it, in every tab. */

const PREFIX = "ccp."
/** @type {Map<string, ((value: string) => void)[]>} */
const watchers = new Map()

/** Empty: nothing was chosen. @param {string} name */
export const chosen = (name) => localStorage.getItem(PREFIX + name) ?? ""

/** @param {string} name @param {string} value empty: as it was at first */
export function choose(name, value) {
  if (value) localStorage.setItem(PREFIX + name, value)
  else localStorage.removeItem(PREFIX + name)
  tell(name)
}

/** Called now, and whenever it is chosen anew, here or in another tab. @param {string} name @param {(value: string) => void} watcher */
export function watchChoice(name, watcher) {
  watchers.set(name, [...(watchers.get(name) ?? []), watcher])
  watcher(chosen(name))
}

/** Radio buttons of this name, wherever they stand, show the choice and make it. @param {string} name */
export function offerChoice(name) {
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll(`input[type="radio"][name="${name}"]`)
  )
  for (const input of inputs) input.addEventListener("change", () => choose(name, input.value))
  watchChoice(name, (value) => inputs.forEach((input) => (input.checked = input.value === value)))
}

/** @param {string} name */
const tell = (name) => watchers.get(name)?.forEach((watcher) => watcher(chosen(name)))

// Without a key: the whole store was emptied.
addEventListener("storage", ({ key }) => {
  if (key === null) for (const name of watchers.keys()) tell(name)
  else if (key.startsWith(PREFIX)) tell(key.slice(PREFIX.length))
})
