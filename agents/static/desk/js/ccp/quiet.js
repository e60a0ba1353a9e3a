// @ts-check
/** The page of the CCP that shows nothing, of whom a cookie has signed in: a token in the address goes before. */
import { find } from "../lib/dom.js"
import { signInHere, takeToken } from "./embed_token.js"
import { runQuietly } from "./quiet_desk.js"

const token = takeToken()
const held = token ? await signInHere(token) : null
runQuietly(held?.page ?? JSON.parse(find("#page").textContent ?? ""), held?.session ?? "")
