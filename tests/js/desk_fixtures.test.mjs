/**
 * Fixtures made by the real server (tests/js/fixtures/*.json): a state built from `before` and the frames that followed
 * must be the state of a fresh `after`. Python says what the truth is, only JavaScript applies it.
 */
import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { EMPTY, apply } from "../../agents/static/desk/js/state/index.js"
import { comparable } from "../../agents/static/desk/js/state/comparable.js"

const folder = process.env.FIXTURES ?? fileURLToPath(new URL("./fixtures/", import.meta.url))
const snapshot = (params) => ({ method: "snapshot", params })
const play = (frames) => frames.reduce((held, one) => apply(held, one), EMPTY)

for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
  const { before, frames, after } = JSON.parse(readFileSync(folder + name, "utf8"))
  const fresh = play(after.map(snapshot))
  const same = (state) => assert.deepEqual(comparable(state, fresh), comparable(fresh, state))

  test(`${name}: before and its frames make the fresh snapshot`, () => same(play([...before.map(snapshot), ...frames])))

  test(`${name}: every frame twice makes the same`, () => {
    same(play([...before.map(snapshot), ...frames.flatMap((one) => [one, one])]))
  })

  test(`${name}: frames that come again after the line was cut make the same`, () => {
    for (let cut = 0; cut < frames.length; cut += 1)
      same(play([...before.map(snapshot), ...frames, ...frames.slice(cut)]))
  })
}
