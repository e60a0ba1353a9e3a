// @ts-check
/**
 * Lex Web UI shows what participants of the roles AGENT and SYSTEM say, and of nobody else. The portal's agents are custom
 * participants (CUSTOM_BOT): this makes them agents in its eyes. Load it on the page of Lex Web UI, after its loader.
 */
;(() => {
  /** @param {any} event */
  const asAgent = (event) =>
    event?.data?.ParticipantRole === "CUSTOM_BOT"
      ? { ...event, data: { ...event.data, ParticipantRole: "AGENT" } }
      : event

  /** @param {any} session */
  const told = (session) => {
    for (const name of ["onMessage", "onTyping"]) {
      const original = session[name].bind(session)
      session[name] = (/** @type {(event: any) => void} */ callback) => original((/** @type {any} */ event) => callback(asAgent(event)))
    }
    return session
  }

  // ChatJS comes with the loader's bundle, some time after this script.
  const looking = setInterval(() => {
    const sessions = /** @type {any} */ (window).connect?.ChatSession
    if (!sessions) return
    clearInterval(looking)
    const create = sessions.create.bind(sessions)
    sessions.create = (/** @type {any} */ args) => told(create(args))
  }, 20)
})()
