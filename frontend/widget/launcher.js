// @ts-check
/** The first part of the widget: a shadow root that no style of the website reaches, and in it the button that opens the chat. */

import { setText } from "../js/dom.js"
import { gettext, ngettext } from "../js/i18n.js"
import { accent } from "./colors.js"
import { h, line, styles } from "./element.js"

export class Launcher {
  isOpen = false

  /** @param {import("./settings.js").Settings} settings @param {string} css @param {() => void} onToggle */
  constructor(settings, css, onToggle) {
    const { language: lang, direction: dir, theme, side } = settings
    this.host = document.createElement("ccp-chat")
    this.shadow = this.host.attachShadow({ mode: "open" })
    this.shadow.adoptedStyleSheets = [styles(css)]
    this.badge = h("span", { class: "launcher__badge", "aria-hidden": "true", hidden: true })
    this.button = h("button", { type: "button", class: "launcher", "aria-expanded": "false", onclick: onToggle, hidden: !settings.launcher || settings.closed === "hidden" },
      line("chat", "launcher__closed"), line("down", "launcher__open"), this.badge)
    this.ground = h("div", { class: "w", lang, dir, "data-theme": theme, "data-side": side }, this.button)
    if (settings.color) for (const [name, value] of Object.entries(accent(settings.color))) this.ground.style.setProperty(name, value)
    this.shadow.append(this.ground)
    document.body.append(this.host)
    this.unread(0)
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.isOpen = open
    this.ground.classList.toggle("is-open", open)
    this.button.setAttribute("aria-expanded", String(open))
  }

  /** @param {boolean} busy while the second part comes */
  setBusy(busy) {
    this.button.setAttribute("aria-busy", String(busy))
  }

  /** @param {number} count */
  unread(count) {
    const open = gettext("Open the chat")
    const told = count ? `${open}, ${ngettext("%(n)s new message", "%(n)s new messages", count).replace("%(n)s", String(count))}` : open
    this.badge.hidden = !count || this.isOpen
    setText(this.badge, count > 99 ? "99+" : String(count || ""))
    this.button.setAttribute("aria-label", this.isOpen ? gettext("Close the chat window") : told)
  }
}
