// @ts-check
/* A page of which a script or a style sheet did not come (the network went while it loaded) is loaded again: a plain
   script in <head>, before everything that can be missing. What was typed is kept elsewhere. */
{
  const TRIES = "ccp.tries" // not under `ccp:`, what kept.js forgets
  const LONGEST = 30_000
  let broken = false
  let again = 0

  const tries = () => Number(sessionStorage.getItem(TRIES) ?? "0")

  /** Only a server that answers is worth leaving this page for. */
  const reload = async () => {
    clearTimeout(again)
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null)
    if (!answer?.ok) return later()
    sessionStorage.setItem(TRIES, String(tries() + 1))
    location.reload()
  }

  const later = () => {
    again = setTimeout(reload, Math.min(LONGEST, 1_000 * 2 ** tries()))
  }

  addEventListener(
    "error",
    ({ target }) => {
      const missing = target instanceof HTMLLinkElement ? target.rel === "stylesheet" : target instanceof HTMLScriptElement
      if (!missing || broken) return
      broken = true
      later()
    },
    { capture: true },
  )
  addEventListener("online", () => {
    if (broken) void reload()
  })
  addEventListener("load", () => {
    if (!broken) sessionStorage.removeItem(TRIES)
  })
}
