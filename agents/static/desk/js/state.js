// @ts-check
/** What the desk knows, and how a frame changes it: pure, the face of state/. */
export { EMPTY, apply, caughtUp, earlier, expire, heldFor, wantView, withoutWanted } from "./state/apply.js"
export { botLines, byTime } from "./state/items.js"
export { acknowledge, dropUnsent, queueMessage, refuse, retryUnsent, setAsked, toSend, unsettled } from "./state/unsent.js"
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
} from "./state/cards.js"
export { bubbles } from "./state/bubbles.js"
export { isNews } from "./state/handing.js"
export { holdOrder } from "./state/order.js"
export { people } from "./state/people.js"
