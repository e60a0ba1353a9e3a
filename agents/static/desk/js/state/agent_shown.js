// @ts-check
/** The agent's state as the desk shows it: beside the instance's CCP it is the one there, which the portal's follows. Pure. */

/** @param {import("../lib/types.js").State} state */
export const isConnects = ({ connect }) => connect?.status === "ready" && connect.state !== null

/** @param {import("../lib/types.js").State} state @returns {import("../lib/types.js").Agent|null} */
export function agentShown(state) {
  const { agent, connect } = state
  if (!agent || !connect?.state || !isConnects(state)) return agent
  return { ...agent, state: connect.state, nextState: connect.nextState, stateSince: connect.stateSince, states: connect.states }
}
