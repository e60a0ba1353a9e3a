// The desk beside the instance's CCP: what may be said between desk and bridge, what is read of Streams, what keeps both sides in step.
import assert from "node:assert/strict"
import { test } from "node:test"

const JS = "../../agents/static/desk/js"
const { NOTHING, askedByDesk, marked, saidByBridge, withoutTokens } = await import(`${JS}/connect_ccp/messages.js`)
const { ccpOf, refusalOf } = await import(`${JS}/connect_ccp/of_streams.js`)
const { contactMoves, signOf, stateMove } = await import(`${JS}/connect_ccp/in_step.js`)
const { agentShown } = await import(`${JS}/state/agent_shown.js`)
const { cards } = await import(`${JS}/state/cards.js`)
const { EMPTY } = await import(`${JS}/state/apply.js`)

const AVAILABLE = { name: "Available", type: "routable" }
const LUNCH = { name: "Lunch", type: "not_routable" }
const OFFLINE = { name: "Offline", type: "offline" }
const CONTACT = {
  contactId: "c-1",
  initialContactId: "c-1",
  state: "connected",
  since: "2030-01-01T10:00:00.000Z",
  queuedSince: "2030-01-01T09:59:00.000Z",
  participantId: "p-1",
  participantToken: "secret",
  queue: { queueId: "q-1", queueARN: "arn:q-1", name: "Lamps" },
  customerName: "Ada",
  attributes: { order: "7" },
  references: { Order: { type: "URL", value: "https://shop.example/7" } },
}
const CCP = { status: "ready", state: AVAILABLE, nextState: null, stateSince: "2030-01-01T09:00:00.000Z", states: [AVAILABLE, LUNCH, OFFLINE], contacts: [CONTACT] }
const ccpWith = (...states) => ({ ...CCP, contacts: states.map((state) => ({ ...CONTACT, state })) })

// ---- what is said -------------------------------------------------------------------------------------------------------

test("what the bridge says is taken as it was said", () => {
  assert.deepEqual(saidByBridge(marked({ kind: "told", ccp: CCP })), { kind: "told", ccp: CCP })
  assert.deepEqual(saidByBridge(marked({ kind: "told", ccp: NOTHING })), { kind: "told", ccp: NOTHING })
  const answer = { kind: "answer", id: "1", refusal: "", quickConnects: [{ type: "queue", id: "arn:q", name: "Lamps" }] }
  assert.deepEqual(saidByBridge(marked(answer)), answer)
})

for (const [why, message] of Object.entries({
  "is not marked as ours": { kind: "told", ccp: CCP },
  "is of no kind": marked({ kind: "other", ccp: CCP }),
  "has no such status": marked({ kind: "told", ccp: { ...CCP, status: "__proto__" } }),
  "is ready without a state": marked({ kind: "told", ccp: { ...CCP, state: null } }),
  "has a state of no type": marked({ kind: "told", ccp: { ...CCP, state: { name: "Available", type: "busy" } } }),
  "has a contact without an id": marked({ kind: "told", ccp: { ...CCP, contacts: [{ ...CONTACT, contactId: "" }] } }),
  "has attributes that are no texts": marked({ kind: "told", ccp: { ...CCP, contacts: [{ ...CONTACT, attributes: { order: 7 } }] } }),
  "has references without a type": marked({ kind: "told", ccp: { ...CCP, contacts: [{ ...CONTACT, references: { a: { value: "b" } } }] } }),
  "lacks the contacts": marked({ kind: "told", ccp: { ...CCP, contacts: null } }),
  "answers without an id": marked({ kind: "answer", refusal: "", quickConnects: [] }),
  "is a text": "told",
  "is nothing": null,
  "is a list": [marked({})],
}))
  test(`what ${why} is nothing the bridge says`, () => assert.equal(saidByBridge(message), null))

test("what the desk asks has exactly the parameters of its verb", () => {
  const ask = { kind: "ask", id: "1", verb: "accept", params: { contactId: "c-1" } }
  assert.deepEqual(askedByDesk(marked(ask)), ask)
  for (const bad of [
    ask,
    marked({ ...ask, verb: "terminate" }),
    marked({ ...ask, verb: "constructor" }),
    marked({ ...ask, id: 7 }),
    marked({ ...ask, params: {} }),
    marked({ ...ask, params: { contactId: 7 } }),
    marked({ ...ask, params: { contactId: "c-1", more: "x" } }),
    marked({ ...ask, params: null }),
    "acknowledge",
  ])
    assert.equal(askedByDesk(bad), null)
})

test("other tabs see the contacts, and no token", () => {
  assert.deepEqual(withoutTokens(CCP).contacts, [{ ...CONTACT, participantToken: "" }])
})

// ---- what is read of Streams --------------------------------------------------------------------------------------------

const streamsContact = (more = {}) => ({
  getContactId: () => "c-1",
  getInitialContactId: () => "c-1",
  getStatus: () => ({ type: "connected", timestamp: new Date("2030-01-01T10:00:00Z") }),
  getQueueTimestamp: () => new Date("2030-01-01T09:59:00Z"),
  getQueue: () => ({ queueId: "q-1", queueARN: "arn:q-1", name: "Lamps" }),
  getAttributes: () => ({ order: { name: "order", value: "7" } }),
  getReferences: () => ({ Order: { type: "URL", value: "https://shop.example/7" } }),
  getAgentConnection: () => ({
    getConnectionId: () => "p-1",
    getMediaInfo: () => ({ participantToken: "secret", originalInfo: { customerName: "Ada" } }),
  }),
  ...more,
})
const streamsAgent = (contacts, more = {}) => ({
  getState: () => ({ ...AVAILABLE, startTimestamp: new Date("2030-01-01T09:00:00Z"), agentStateARN: "arn:a" }),
  getNextState: () => undefined,
  getAgentStates: () => [AVAILABLE, LUNCH, OFFLINE],
  getContacts: (type) => (type === "chat" ? contacts : []),
  ...more,
})

test("an agent of Streams is told whole, and in a shape the desk takes", () => {
  const ccp = ccpOf(streamsAgent([streamsContact()]), "chat")
  assert.deepEqual(ccp, CCP)
  assert.notEqual(saidByBridge(marked({ kind: "told", ccp })), null)
})

test("states of Connect's own are not routable, and the next state is told", () => {
  const next = { name: "AfterCallWork", type: "system" }
  const ccp = ccpOf(streamsAgent([], { getNextState: () => next }), "chat")
  assert.deepEqual(ccp.nextState, { name: "AfterCallWork", type: "not_routable" })
})

test("a contact that has less, as of an older Streams, is told with what it has; one that is gone is left out", () => {
  const bare = streamsContact({ getQueue: () => null, getQueueTimestamp: undefined, getReferences: undefined, getAgentConnection: () => null, getInitialContactId: () => null })
  const gone = streamsContact({
    getStatus: () => {
      throw new Error("StateError")
    },
  })
  const { contacts } = ccpOf(streamsAgent([bare, gone]), "chat")
  assert.equal(contacts.length, 1)
  assert.deepEqual(
    [contacts[0].participantToken, contacts[0].queue.name, contacts[0].references, contacts[0].initialContactId],
    ["", "", {}, "c-1"],
  )
})

test("why the CCP refused is told in its words", () => {
  assert.equal(refusalOf('{"type":"InvalidStateException","message":"the contact is not there"}'), "the contact is not there")
  assert.equal(refusalOf('{"type":"InvalidStateException"}'), "InvalidStateException")
  assert.equal(refusalOf("timed out"), "timed out")
  assert.equal(refusalOf(undefined), "unknown")
})

// ---- contacts in step ---------------------------------------------------------------------------------------------------

const moves = (ccp, { row = () => null, before = NOTHING, isServedToEnd = () => false, refused = () => false } = {}) =>
  contactMoves({ ccp, before, row, isServedToEnd, refused }).map((one) => [one.do, one.contact.contactId, one.contact.state])
const held = (state) => () => ({ contactId: "c-1", state })

test("what is accepted there is relayed, once for each token", () => {
  assert.deepEqual(moves(ccpWith("connected")), [["relay", "c-1", "connected"]])
  assert.deepEqual(moves(ccpWith("connected"), { row: held("connected") }), [["relay", "c-1", "connected"]])
  const [one, other] = ["secret", "newer"].map((participantToken) => ({ ...CCP, contacts: [{ ...CONTACT, participantToken }] }))
  const sign = (ccp) => contactMoves({ ccp, before: NOTHING, row: () => null, isServedToEnd: () => false, refused: () => false })[0].sign
  assert.equal(sign(one), sign(one))
  assert.notEqual(sign(one), sign(other))
})

test("without a token there is nothing to relay, and nothing before anybody has signed in", () => {
  assert.deepEqual(moves({ ...CCP, contacts: [{ ...CONTACT, participantToken: "" }] }), [])
  assert.deepEqual(moves({ ...ccpWith("connected"), status: "signIn" }), [])
})

test("the end there ends it here, also when it is gone already", () => {
  assert.deepEqual(moves(ccpWith("ended"), { row: held("connected") }), [["relay", "c-1", "ended"]])
  assert.deepEqual(moves(ccpWith(), { before: CCP, row: held("connected") }), [["relay", "c-1", "ended"]])
  assert.deepEqual(moves(ccpWith(), { before: CCP, row: held("ended") }), [])
})

test("after contact work waits for the desk, then the CCP is cleared", () => {
  assert.deepEqual(moves(ccpWith("ended"), { row: held("ended") }), [])
  assert.deepEqual(moves(ccpWith("ended")), [["clear", "c-1", "ended"]])
  assert.deepEqual(moves(ccpWith("ended"), { refused: () => true }), [], "it was served in the CCP, and is put away there")
})

test("what the agent ended here ends there when nothing is owed to the customer", () => {
  assert.deepEqual(moves(ccpWith("connected"), { row: held("ended") }), [])
  assert.deepEqual(moves(ccpWith("connected"), { row: held("ended"), isServedToEnd: () => true }), [["end", "c-1", "connected"]])
})

test("an offer is nobody's to relay, a rejected one is put away, a missed one is the agent's to put away", () => {
  assert.deepEqual(moves(ccpWith("connecting")), [])
  assert.deepEqual(moves(ccpWith("rejected")), [["clear", "c-1", "rejected"]])
  assert.deepEqual(moves(ccpWith("missed")), [])
})

// ---- the state in step --------------------------------------------------------------------------------------------------

const side = (state, nextState = null, states = [AVAILABLE, LUNCH, OFFLINE]) => ({ state, nextState, states })
const agreedOn = (connect, portal) => ({ connect: signOf(connect), portal: signOf(portal) })
const BREAK = { name: "Break", type: "not_routable" }

test("at first Amazon Connect counts", () => {
  assert.deepEqual(stateMove(null, side(AVAILABLE), side(OFFLINE)).move, { side: "portal", name: "Available", next: false })
  assert.equal(stateMove(null, side(AVAILABLE), side(AVAILABLE)).move, null)
})

test("whichever side changed is followed; when both did, Amazon Connect is", () => {
  const agreed = agreedOn(side(AVAILABLE), side(AVAILABLE))
  assert.equal(stateMove(agreed, side(AVAILABLE), side(AVAILABLE)).move, null)
  assert.deepEqual(stateMove(agreed, side(LUNCH), side(AVAILABLE)).move, { side: "portal", name: "Lunch", next: false })
  assert.deepEqual(stateMove(agreed, side(AVAILABLE), side(OFFLINE)).move, { side: "connect", name: "Offline", next: false })
  assert.deepEqual(stateMove(agreed, side(LUNCH), side(OFFLINE)).move, { side: "portal", name: "Lunch", next: false })
})

test("a state without its like there is one of its type, and does not come back as another", () => {
  const portal = side(AVAILABLE, null, [AVAILABLE, BREAK, OFFLINE])
  const agreed = agreedOn(side(AVAILABLE), portal)
  assert.deepEqual(stateMove(agreed, side(LUNCH), portal).move, { side: "portal", name: "Break", next: false })
  const stopped = { name: "Not responding", type: "not_routable" }
  assert.deepEqual(stateMove(agreed, side(AVAILABLE), { ...portal, state: stopped }).move, { side: "connect", name: "Lunch", next: false })
  assert.equal(stateMove(agreed, side(LUNCH), { ...portal, state: stopped }).move, null, "both are away already")
  assert.equal(stateMove(agreed, side(AVAILABLE, null, [AVAILABLE]), { ...portal, state: stopped }).move, null, "there is none to go to")
})

test("the next state comes next on the other side, too, and is taken back there", () => {
  const agreed = agreedOn(side(AVAILABLE), side(AVAILABLE))
  assert.deepEqual(stateMove(agreed, side(AVAILABLE, LUNCH), side(AVAILABLE)).move, { side: "portal", name: "Lunch", next: true })
  assert.equal(stateMove(agreed, side(AVAILABLE, LUNCH), side(AVAILABLE, LUNCH)).move, null)
  const both = agreedOn(side(AVAILABLE, LUNCH), side(AVAILABLE, LUNCH))
  assert.deepEqual(stateMove(both, side(AVAILABLE), side(AVAILABLE, LUNCH)).move, { side: "portal", name: "Available", next: false })
})

// ---- on the desk --------------------------------------------------------------------------------------------------------

test("what rings or was missed there stands among our offers and missed ones until the desk holds it", () => {
  const names = (connect, agentContacts = {}) => {
    const { offers, missed } = cards({ ...EMPTY, connect, agentContacts })
    return [offers.map((card) => [card.name, card.queue, card.relayed]), missed.map((card) => card.name)]
  }
  assert.deepEqual(names(ccpWith("connecting")), [[["Ada", "Lamps", true]], []])
  assert.deepEqual(names(ccpWith("missed")), [[], ["Ada"]])
  assert.deepEqual(names({ ...ccpWith("connecting"), status: "signIn" }), [[], []])
  assert.deepEqual(names(ccpWith("connected")), [[], []])
  assert.deepEqual(names(null), [[], []])
})

test("the state shown is Amazon Connect's while somebody is signed in there", () => {
  const agent = { name: "Mira", state: OFFLINE, nextState: null, stateSince: "2030-01-01T00:00:00Z", states: [AVAILABLE, OFFLINE], load: 1 }
  assert.deepEqual(agentShown({ ...EMPTY, agent, connect: { ...CCP, nextState: LUNCH } }), { ...agent, state: AVAILABLE, nextState: LUNCH, stateSince: CCP.stateSince, states: CCP.states })
  assert.equal(agentShown({ ...EMPTY, agent, connect: { ...NOTHING, status: "signIn" } }), agent)
  assert.equal(agentShown({ ...EMPTY, agent }), agent)
})
