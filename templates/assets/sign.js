// Solves the puzzle of a form that has data-challenge (ALTCHA, version 1) while somebody fills it in. Without this
// script, or where it fails, the form works all the same.
const form = document.querySelector("form[data-challenge]")
const field = form?.querySelector("input[name=proof]")
const LONGEST_WAIT = 15_000

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")
}

async function solve() {
  const answer = await fetch(form.dataset.challenge, { cache: "no-store" })
  if (!answer.ok) return
  const { algorithm, challenge, salt, signature, maxNumber } = await answer.json()
  for (let number = 0; number <= maxNumber; number++) {
    if ((await digest(salt + number)) === challenge) {
      field.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }))
      return
    }
  }
}

if (field && globalThis.crypto?.subtle) {
  let work
  const begin = () => (work ??= solve().catch(() => undefined))
  form.addEventListener("focusin", begin, { once: true })
  form.addEventListener("submit", async event => {
    if (field.value || form.dataset.sent) return
    event.preventDefault()
    form.dataset.sent = "true"
    await Promise.race([begin(), new Promise(done => setTimeout(done, LONGEST_WAIT))])
    form.requestSubmit(event.submitter)
  })
}
