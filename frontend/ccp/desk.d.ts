/**
 * The neutral shapes between `frontend/ccp` and whoever stands behind it (the portal, the emulator). Times are numbers,
 * milliseconds since 1970, by the clock of the server.
 */

export type AgentState = { id: string; name: string; type: "routable" | "not_routable" | "offline" | "error" | "system" }
export type AgentStateSince = AgentState & { since: number }
export type Queue = { id: string; name: string }

/** `token` is the agent's own participant token; "" where none can be had. */
export type Contact = {
  id: string
  initialId: string
  relatedId?: string
  state: "incoming" | "pending" | "connecting" | "connected" | "missed" | "rejected" | "error" | "ended"
  since: number
  offeredAt: number
  queue?: Queue & { since: number }
  attributes: Record<string, string>
  name?: string
  description?: string
  references: Record<string, { type: string; value: string }>
  initiationMethod: string
  segmentAttributes: Record<string, object>
  features: { attachments: boolean; markdown: boolean }
  agent: { participantId: string; token: string }
  customer: { participantId: string; name: string; present: boolean }
  monitor?: { capabilities: string[]; status: "SILENT_MONITOR" | "BARGE" | null }
}

/** All that one agent has in front of them. `viewing` is the contact that is in view, "" for none. */
export type Desk = {
  at: number
  instanceArn: string
  agent: { id: string; username: string; name: string; permissions: string[]; preferences: Record<string, string>; autoAccept?: boolean }
  states: AgentState[]
  state: AgentStateSince
  nextState?: AgentStateSince
  routingProfile: { id: string; name: string; chats: number; queues: Queue[]; outboundQueueId: string }
  contacts: Contact[]
  viewing: string
}

export type Endpoint = { id: string; type: "agent" | "queue"; name: string; queue?: Queue }
export type Token = { token: string; expires: string }
export type QuickResponse = { id: string; name: string; content: string; shortcut: string }

/** What the backend tells; each at any time after `open` and in the order in which it happened. */
export type Listener = {
  desk(desk: Desk): void
  /** `content` is one item of a chat as the participant service's sockets carry it: a JSON text. */
  item(content: string): void
  line(up: boolean): void
  /** What a tab of this agent has broadcast, this tab included. */
  broadcast(event: string, data: unknown): void
  signedOut(): void
  /** Who has signed in may not use this CCP. */
  accessDenied?(): void
}

/** What the page asks of the server. A refusal is an error with Streams' `type` (connect.CTIExceptions) and a `message`. */
export type Backend = {
  region: string
  origin: string
  open(listener: Listener): void
  setState(asked: { stateId: string; next: boolean }): Promise<unknown>
  accept(contactId: string): Promise<unknown>
  reject(contactId: string): Promise<unknown>
  leave(contactId: string): Promise<unknown>
  clear(contactId: string): Promise<unknown>
  connectionToken(contactId: string): Promise<Token>
  endpoints(queueIds: string[]): Promise<Endpoint[]>
  transfer(asked: { contactId: string; endpointId: string }): Promise<unknown>
  monitor(asked: { contactId: string; mode: string }): Promise<unknown>
  setPreferences(preferences: Record<string, string>): Promise<unknown>
  setAttributes(asked: { contactId: string; attributes: Record<string, string> }): Promise<unknown>
  hasQuickResponses(): Promise<boolean>
  quickResponses(asked: { query: string; contactId: string }): Promise<QuickResponse[]>
  broadcast(event: string, data: unknown): Promise<unknown>
  /** Which tab of this agent is first for a topic; `take` makes it this one, `ifNone` only where there is none. */
  master(asked: { topic: string; take: boolean; ifNone: boolean }): Promise<{ masterId: string; isMaster: boolean; takeOver: boolean }>
  signOut(): Promise<unknown>
}

/** An envelope, as Streams sends and expects it. */
export type Envelope = { event: string; data?: any }
