// @ts-check
/** Why nothing is offered to an agent, in a sentence: above all when the server has put them into “Not responding”. */
import { gettext, say, told } from "../lib/i18n.js"

/** Ours is the name of one state, and it is told in the reader's language. @param {string} name */
export const stateName = (name) => (name === "Not responding" ? gettext("Not responding") : name)

/** @param {import("../lib/types.js").Agent|null} agent the sentence; empty: the agent chose their state */
export function stoppedWords(agent) {
  if (!agent?.stateWhy) return ""
  return say("%(state)s: %(why)s. Nothing is offered.", { state: stateName(agent.state.name), why: told(agent.stateWhy) })
}

/**
 * What stands where offers ring while none does.
 * @param {import("../lib/types.js").Agent} agent
 * @returns {{text: string, go: string, stopped: boolean}} `go`: the state that changes it
 */
export function noOffer(agent) {
  const go = agent.states.find(({ type }) => type === "routable")?.name ?? ""
  if (agent.state.type !== "routable") return { text: stoppedWords(agent) || notOffered(agent.state), go, stopped: Boolean(agent.stateWhy) }
  const full = agent.load >= agent.capacity
  const text = full ? gettext("All your slots are taken: the next offer comes when one is free.") : gettext("The next offer shows here.")
  return { text, go: "", stopped: false }
}

/** @param {import("../lib/types.js").AgentState} state */
export function notOffered({ name, type }) {
  const state = stateName(name)
  return type === "offline"
    ? say("You are %(state)s: nothing is offered.", { state })
    : say("You are on %(state)s: nothing is offered.", { state })
}
