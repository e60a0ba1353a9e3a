// Passkeys: a form whose button has data-passkey ("get" or "create") asks the browser for one before it is sent. The server's
// options come from the form's data-options; what the browser answers goes along in the field `credential`.

const able = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function"

async function options(form) {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) })
  if (answer.status === 403) return null
  if (!answer.ok) throw new Error(`the options: ${answer.status}`)
  return answer.json()
}

async function credential(kind, told) {
  if (kind === "create")
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told) })
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) })
}

for (const form of document.querySelectorAll("form[data-options]")) {
  const button = form.querySelector("[data-passkey]")
  const refused = form.querySelector("[data-refused]")
  if (!button) continue // no further one may be added
  button.hidden = !able()
  form.addEventListener("submit", async (event) => {
    if (event.submitter !== button) return
    event.preventDefault()
    refused.hidden = true
    button.disabled = true
    try {
      const told = await options(form)
      const answer = told && (await credential(button.dataset.passkey, told))
      form.elements.credential.value = answer ? JSON.stringify(answer.toJSON()) : ""
      form.submit() // without one the server says what is wrong
    } catch {
      refused.hidden = false // cancelled, none for this site, or the server is away: the browser says no more
      button.disabled = false
    }
  })
}
