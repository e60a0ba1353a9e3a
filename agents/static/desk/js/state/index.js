// @ts-check
/** What the desk knows, and how a frame changes it: pure, the face of state/. */
export { EMPTY, apply, caughtUp, earlier, expire, heldFor, wantView, withSupervisors, withoutWanted } from "./apply.js"
export { botLines, byTime } from "./items.js"
export { acknowledge, dropUnsent, queueMessage, refuse, retryUnsent, setAsked, toSend, unsettled } from "./unsent.js"
export {
  OVERDUE,
  SOON,
  cards,
  cardOf,
  inOrder,
  lastItem,
  newestUnread,
  unread,
  urgency,
  viewing,
  waiting,
} from "./cards.js"
export { bubbles } from "./bubbles.js"
export { isNews } from "./handing.js"
export { holdOrder } from "./order.js"
export { people } from "./people.js"
