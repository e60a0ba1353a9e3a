// @ts-check
/** Desktop notifications: the browser asks when a person presses the button, and what it says is shown. */
import { chosen, offerChoice } from "../lib/device_settings.js"
import { at } from "../lib/dom.js"

/** What the browser allows; on http of another host there are none. @returns {NotificationPermission} */
const permission = () => ("Notification" in window ? Notification.permission : "denied")

/** May they be shown: the browser lets us, and the agent has not turned them off? */
export const mayPopUp = () => permission() === "granted" && chosen("popups") !== "off"

export function initPopups() {
  offerChoice("popups")
  const places = [...document.querySelectorAll("[data-popups]")]
  const draw = () => {
    const now = permission()
    for (const place of places) {
      at(place, "ask").hidden = now !== "default"
      at(place, "choice").hidden = now !== "granted"
      at(place, "refused").hidden = now !== "denied"
    }
  }
  for (const place of places)
    at(place, "ask").addEventListener("click", () => void Notification.requestPermission().then(draw))
  // What is allowed may change in the browser's own settings.
  navigator.permissions
    ?.query({ name: "notifications" })
    .then((status) => status.addEventListener("change", draw))
    .catch(() => {}) // a browser without this question: the next page knows
  draw()
}
