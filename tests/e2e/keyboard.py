"""What the keyboard reaches in a part of a page, and whether one sees where it is."""

from __future__ import annotations

from playwright.sync_api import Page

# Put in before the page's own scripts: whatever listens for clicks.
EARS = """
window.clicked = new Set()
const listen = EventTarget.prototype.addEventListener
EventTarget.prototype.addEventListener = function (kind, ...more) {
  if (kind === "click" && this instanceof Element) window.clicked.add(this)
  return listen.call(this, kind, ...more)
}
"""
# What hears clicks, is no control itself and holds none: only a pointer could use it.
DEAF_TO_KEYS = """() => [...clicked]
  .filter((one) => one.isConnected && one.checkVisibility())
  .filter((one) => !one.matches("a[href], button, input, textarea, summary") && !one.querySelector("button, [role=option]"))
  .map((one) => one.outerHTML.slice(0, 140))"""
# From now on: where the focus was, or what the focused field marks as chosen; and whether it looked like that.
WATCH = """(scope) => {
  const DOES = "a[href], button, input, textarea, select, summary, [tabindex], [role=option], [role^=menuitem]"
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]")
  // The list of contacts has a test of its own: its arrows change what is in view. To the newest words leads End as well.
  const off = (one) => one.disabled || one.ariaDisabled === "true" || one.role === "listbox" || one.closest("#cards, #jump")
  // Of radio buttons the chosen one is a stop, the arrows lead to the others.
  const stop = (one) => one.tabIndex >= 0 && (one.type !== "radio" || one.checked)
  const does = [...document.querySelector(scope).querySelectorAll(DOES)].filter((one) => seen(one) && !off(one))
  const told = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 140)
  const style = ({ outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor }) =>
    [outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor].join()
  const around = (one) => [one, one.nextElementSibling, one.parentElement, one.parentElement.parentElement].filter(Boolean)
  const look = (one) => around(one).map((it) => style(getComputedStyle(it)) + style(getComputedStyle(it, "::after"))).join()
  const CONTROL = "a[href], button, input, textarea, select, summary, [role=option], [role^=menuitem]"
  // What scrolls is a stop as well, and has a name then.
  const named = (one) => one.matches(CONTROL) || one.ariaLabel || one.hasAttribute("aria-labelledby")
  window.walk?.end()
  const here = window.walk = { stops: new Set(does.filter(stop)), others: new Set(does.filter((one) => !stop(one) && one.matches(CONTROL))), wrong: [] }
  here.from = document.activeElement
  let left = null
  const arrived = () => {
    const one = document.activeElement
    const chosen = document.getElementById(one.getAttribute("aria-activedescendant") ?? "")
    for (const found of [one, chosen]) [here.stops, here.others].forEach((those) => those.delete(found))
    if (left && left.one !== one && left.one.isConnected && left.look === look(left.one)) here.wrong.push("no focus seen: " + told(left.one))
    left = one === document.body || !seen(one) ? null : { one, look: look(one) }
    if (left && !named(one)) here.wrong.push("no control, and no name: " + told(one))
  }
  const moves = new MutationObserver(arrived)
  moves.observe(document.body, { subtree: true, attributeFilter: ["aria-activedescendant"] })
  document.addEventListener("focusin", arrived)
  here.end = () => { moves.disconnect(); document.removeEventListener("focusin", arrived) }
  arrived()
  return here.stops.size
}"""
# Widgets with one tab stop whose arrows lead to the rest: the stop, or the field that drives it, and how far it is.
WIDGETS = """() => {
  const widgets = new Map()
  for (const one of walk.others) {
    const of = one.closest("[role=listbox], [role=menu], fieldset, .segments, [role=dialog]")
    widgets.set(of, (widgets.get(of) ?? 0) + 1)
  }
  const FIRST = ["[aria-checked=true]", ":checked", "button[tabindex='0']", "[role^=menuitem]"]
  const driver = (of) => document.querySelector(`:is(textarea, [role=combobox])[aria-controls="${of.id}"]`)
    ?? FIRST.map((one) => of.querySelector(one)).find(Boolean)
  walk.drivers = [...widgets.keys()].map(driver)
  return [...widgets].map(([of, count]) => [of.matches("fieldset, .segments, [role=dialog]") ? "ArrowRight" : "ArrowDown", count + 3])
}"""
REST = "() => [...walk.wrong, ...[...walk.stops, ...walk.others].map((one) => 'not reached: ' + one.outerHTML.slice(0, 140))]"


def out_of_reach(page: Page, scope: str) -> list[str]:
    """Arrows where one of many is a stop, Tab from stop to stop: what was not stood on, or could not be seen there."""
    page.evaluate(WATCH, scope)
    for number, (key, times) in enumerate(page.evaluate(WIDGETS)):
        page.evaluate("number => walk.drivers[number].focus()", number)
        for _ in range(times):
            page.keyboard.press(key)
    page.evaluate("walk.from.focus()")
    for _ in range(5):
        stops = page.evaluate("walk.stops.size")
        for _ in range(stops and stops + 20):
            page.keyboard.press("Tab")
    wrong: list[str] = page.evaluate(REST)
    return wrong
