// @ts-check
/** The supervisor's board as frames tell it, and the view of it as its address says it. Pure. */

/** @typedef {{total: number, order: string[], rows: Record<string, any>}} Table */
/**
 * @typedef {{epoch: string, n: number, kpis: any, states: any[], options: {teams: Option[], queues: Option[], ownQueues: string[]},
 *   queues: Table, agents: Table, contacts: Table, asking: Table, alerts: Table, missed: Table}} Board
 */
/** @typedef {{id: string, name: string}} Option */
/**
 * @typedef {{team: string|null, own: boolean, queues: string[], states: string[], search: string,
 *   sort: Record<string, string>, limits: Record<string, number>}} View
 */

/** What names a row of each table. @type {Record<string, string>} */
const IDS = { queues: "queueId", agents: "agentId", contacts: "contactId", asking: "contactId", alerts: "alertId", missed: "agentContactId" }
const WHOLE = ["kpis", "states", "options"]
export const SORTS = { queues: "waiting", agents: "state", contacts: "waits" }
export const LIMITS = { queues: 100, agents: 20, contacts: 50 }
export const MOST_ROWS = 1000

/** @type {View} */
export const MY_QUEUES = { team: null, own: true, queues: [], states: [], search: "", sort: {}, limits: {} }

/** @returns {Table} */
const empty = () => ({ total: 0, order: [], rows: {} })

/**
 * The board after a frame; null: a frame is missing, ask for everything again. A frame of an epoch that is over changes nothing.
 * @param {Board|null} board @param {any} frame @returns {Board|null}
 */
export function applyFrame(board, frame) {
  if (frame.n === 1) {
    const none = { queues: empty(), agents: empty(), contacts: empty(), asking: empty(), alerts: empty(), missed: empty() }
    return fill(/** @type {any} */ ({ epoch: frame.epoch, n: 0, ...none }), frame)
  }
  if (!board) return null
  if (board.epoch !== frame.epoch) return board
  return frame.n === board.n + 1 ? fill(board, frame) : null
}

/** @param {Board} board @param {any} frame @returns {Board} */
function fill(board, frame) {
  const next = /** @type {any} */ ({ ...board, n: frame.n })
  for (const name of WHOLE) if (frame[name]) next[name] = frame[name]
  for (const name of Object.keys(IDS)) if (frame[name]) next[name] = filled(next[name], frame[name], IDS[name])
  return next
}

/** @param {Table} table @param {any} change @param {string} id @returns {Table} */
function filled(table, change, id) {
  const rows = { ...table.rows }
  for (const gone of change.removed) delete rows[gone]
  for (const row of change.rows) rows[String(row[id])] = row
  return { total: change.total, order: change.order ?? table.order, rows }
}

/**
 * The rows to draw. While somebody points at the table or stands in it, nothing moves: rows stay where they are, what is
 * gone stays until then, and what is new comes last.
 * @param {string[]} shown @param {Table} table @param {boolean} still @returns {string[]}
 */
export function placed(shown, table, still) {
  if (!still) return table.order
  const here = new Set(shown)
  return [...shown, ...table.order.filter((id) => !here.has(id))]
}

/** One's own queues, where it says nothing else. @param {string} search of a location @returns {View} */
export function viewOf(search) {
  const asked = new URLSearchParams(search)
  const list = (/** @type {string} */ name) => asked.getAll(name).filter(Boolean)
  const sort = Object.fromEntries(
    Object.keys(SORTS).flatMap((name) => (asked.get(`sort_${name}`) ? [[name, asked.get(`sort_${name}`) ?? ""]] : [])),
  )
  return {
    team: /^\d+$/.test(asked.get("team") ?? "") ? asked.get("team") : null,
    own: asked.get("own") !== "0" && list("on").length === 0,
    queues: list("on").filter((id) => /^\d+$/.test(id)),
    states: list("state"),
    search: (asked.get("q") ?? "").slice(0, 200),
    sort,
    limits: {},
  }
}

/** @param {View} view @returns {string} what follows the question mark; empty: one's own queues */
export function addressOf(view) {
  const said = new URLSearchParams()
  if (view.search) said.set("q", view.search)
  if (view.team) said.set("team", view.team)
  if (!view.own && view.queues.length === 0) said.set("own", "0")
  for (const id of view.queues) said.append("on", id)
  for (const state of view.states) said.append("state", state)
  for (const [name, by] of Object.entries(view.sort)) if (by) said.set(`sort_${name}`, by)
  return said.toString()
}

/** Once the other column, twice the other way. @param {string} now @param {string} column */
export const turned = (now, column) => (now === column ? `-${column}` : column)

/** Their first order begins with the most, as one looks for it. */
const MOST_FIRST = ["waiting", "oldest", "open", "since", "load", "age", "waits"]

/** What `aria-sort` says of a column. @param {string} by as the view has it @param {string} column */
export function sortedAs(by, column) {
  if (by.replace(/^-/, "") !== column) return "none"
  return by.startsWith("-") === MOST_FIRST.includes(column) ? "ascending" : "descending"
}

/** @param {number[]} values @returns {{line: string, last: number}} the line of a sparkline, and how high its end is */
export function sparkline(values) {
  const most = Math.max(4, ...values)
  const up = (/** @type {number} */ value) => Math.round((21 - (18 * value) / most) * 10) / 10
  const points = values.map((value, place) => `${Math.round((2 + (92 * place) / (values.length - 1)) * 10) / 10} ${up(value)}`)
  return { line: `M${points.join(" ")}`, last: up(values[values.length - 1]) }
}
