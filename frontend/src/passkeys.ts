// Forms with data-passkey: asks the device for a new passkey, or to agree with one, and hands in what it answers. Without
// this script the form says what it takes, and its button stays hidden.
const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), character => character.charCodeAt(0))
const base64url = (data: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
const listed = (ids: readonly string[]): PublicKeyCredentialDescriptor[] => ids.map(id => ({ type: "public-key", id: bytes(id) }))

interface Asking {
  readonly challenge: string
  readonly site: string
  readonly holder: string
  readonly address: string
  readonly name: string
  readonly known: readonly string[]
}

type Answer = Record<string, ArrayBuffer>

/** What the server says, in the reader's language; what a device says is in the browser's. */
class Refused extends Error {}

async function create(form: HTMLFormElement, ask: string): Promise<Answer> {
  const headers = { "accept-language": document.documentElement.lang }
  const told = await fetch(ask, { method: "POST", cache: "no-store", headers })
  if (!told.ok) throw new Refused(((await told.json()) as { detail: string }).detail)
  const asking = (await told.json()) as Asking
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: bytes(asking.challenge),
      rp: { id: asking.site, name: form.dataset["site"] ?? asking.site },
      user: { id: bytes(asking.holder), name: asking.address, displayName: asking.name || asking.address },
      pubKeyCredParams: [-7, -8, -257].map(alg => ({ type: "public-key", alg })),
      excludeCredentials: listed(asking.known),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
    },
  })) as PublicKeyCredential
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse
  return { client: clientDataJSON, attestation: attestationObject }
}

async function agree(form: HTMLFormElement): Promise<Answer> {
  const { challenge = "", site, credentials = "" } = form.dataset
  const given = (await navigator.credentials.get({
    publicKey: {
      challenge: bytes(challenge),
      ...(site && { rpId: site }),
      allowCredentials: listed(credentials.split(" ")),
      userVerification: "required",
    },
  })) as PublicKeyCredential
  const { authenticatorData, clientDataJSON, signature } = given.response as AuthenticatorAssertionResponse
  return { credential: given.rawId, authenticator: authenticatorData, client: clientDataJSON, signature }
}

function prepare(form: HTMLFormElement): void {
  const button = form.querySelector("button")
  const said = form.querySelector<HTMLElement>("[data-failed]")
  form.querySelector("[data-without]")?.remove()
  button?.closest("[hidden]")?.removeAttribute("hidden")
  form.addEventListener("submit", event => {
    event.preventDefault()
    if (button) button.disabled = true
    if (said) said.textContent = ""
    const ask = form.dataset["passkey"]
    void (ask ? create(form, ask) : agree(form)).then(
      answer => {
        for (const [name, data] of Object.entries(answer)) {
          const field = form.elements.namedItem(name)
          if (field instanceof HTMLInputElement) field.value = base64url(data)
        }
        form.submit()
      },
      (error: unknown) => {
        if (said) said.textContent = error instanceof Refused ? error.message : (said.dataset["failed"] ?? "")
        if (button) button.disabled = false
      },
    )
  })
}

if ("PublicKeyCredential" in globalThis) document.querySelectorAll<HTMLFormElement>("form[data-passkey]").forEach(prepare)
