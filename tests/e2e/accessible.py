"""What axe and the keyboard say of a page: run as cheaply as they can be, for tables of many states."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RUN = """async ([scope, rules]) => {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) }
  const { violations } = await axe.run(document.querySelector(scope), options)
  return violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200) + " " + node.any.map((any) => any.message))])
}"""
# Every rule for the pointer counts for everything, once the page has this class.
HOVER = """() => {
  const every = (rules) => [...rules].flatMap((rule) => [rule, ...every(rule.cssRules ?? [])])
  for (const rule of [...document.styleSheets].flatMap((sheet) => every(sheet.cssRules)))
    if (rule.selectorText?.includes(":hover"))
      rule.selectorText = rule.selectorText.replaceAll(":hover", ":is(:hover, .under-pointer *)")
}"""
LOOK = """([theme, contrast, pointer]) => {
  const { dataset, classList } = document.documentElement
  Object.assign(dataset, { theme, contrast })
  classList.toggle("under-pointer", pointer)
}"""
# Theme, contrast, everything under the pointer.
LOOKS = [
    ("light", "normal", False),
    ("light", "normal", True),
    ("light", "more", False),
    ("dark", "more", False),
    ("dark", "normal", False),
    ("dark", "normal", True),
]
# Words whose colour is less than 4.5:1 (3:1 when large) on what lies behind them: axe's rule, a hundred times as fast.
PALE = """(scope) => {
  const rgba = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number)
    return color.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]
  }
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)]
  const light = (color) => {
    const [r, g, b] = color.map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const styles = new Map()
  const style = (one) => styles.get(one) ?? (styles.set(one, getComputedStyle(one)), styles.get(one))
  const behinds = new Map([[null, [255, 255, 255]]])
  const behind = (one) => {
    if (!behinds.has(one)) behinds.set(one, over(rgba(style(one).backgroundColor), behind(one.parentElement)))
    return behinds.get(one)
  }
  const fading = (one) => (one ? style(one).opacity * fading(one.parentElement) : 1)
  const ratio = (color, one) => {
    const [r, g, b, a] = rgba(color)
    const [ink, paper] = [light(over([r, g, b, a * fading(one)], behind(one))), light(behind(one))]
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)
  }
  const large = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24)
  const says = (one) => one.placeholder ?? [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim())
  return [...document.querySelector(scope).querySelectorAll("*")]
    .filter((one) => says(one) && one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((one) => !one.closest("svg, .sr, .skip, option, :disabled, [aria-disabled=true]"))
    .map((one) => [one, ratio(one.placeholder && !one.value ? getComputedStyle(one, "::placeholder").color : style(one).color, one)])
    .filter(([one, now]) => now < (large(style(one)) ? 3 : 4.5))
    .map(([one, now]) => [now.toFixed(2), one.outerHTML.slice(0, 120)])
}"""

# Controls that are smaller than a finger or a shaking hand needs; a row is its link.
SMALL = """([scope, least]) => [...document.querySelector(scope).querySelectorAll("a[href], button, input, textarea, select, summary, [role=option]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".sr, .skip, .told a, .rich, .found"))
  .map((one) => [one, (one.closest("label, tbody tr") ?? one).getBoundingClientRect()])
  .filter(([, { width, height }]) => width < least || height < least)
  .map(([one, { width, height }]) => `${width.toFixed(1)} x ${height.toFixed(1)} ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 100)}`)"""

SHIFTED = """() => new Promise((told) => {
  const sum = (entries) => entries.filter((one) => !one.hadRecentInput).reduce((all, { value }) => all + value, 0)
  new PerformanceObserver((list) => told(sum(list.getEntries()))).observe({ type: "layout-shift", buffered: true })
  setTimeout(() => told(0), 100)
})"""


def shifted(page: Page) -> float:
    """How much moved since the page began, by itself, in the browser's own measure (layout shift)."""
    return float(page.evaluate(SHIFTED))


def small(page: Page, scope: str, least: int) -> list[str]:
    """Controls that are less than so many pixels wide or high."""
    controls: list[str] = page.evaluate(SMALL, [scope, least])
    return controls


def found(page: Page, scope: str = "html", rules: list[str] | None = None) -> list[Any]:
    """What axe complains about, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(HOVER)
    violations: list[Any] = page.evaluate(RUN, [scope, rules])
    return violations


def pale(page: Page, scope: str = "html") -> list[Any]:
    """Words that are hard to read in one of the looks. Ask for reduced motion, or colours are under way."""
    complaints = []
    for look in LOOKS:
        page.evaluate(LOOK, look)
        complaints += [(*look, *one) for one in page.evaluate(PALE, scope)]
    page.evaluate(LOOK, LOOKS[0])
    return complaints


def found_in_both_themes(page: Page, scope: str = "html") -> list[Any]:
    """Themes differ by colours alone: of these axe is asked in both for a whole page, `pale` for each part of one."""
    complaints = found(page, scope) + pale(page, scope)
    if scope == "html":
        page.evaluate(LOOK, ("dark", "normal", False))
        complaints += found(page, scope, ["color-contrast"])
        page.evaluate(LOOK, LOOKS[0])
    return complaints
