// What every page of the workshop loads first: small; the editor itself follows only when it is wanted.
import { clearOnLogout, keepsWords, PAGES } from "./device"

clearOnLogout()

const root = document.querySelector<HTMLElement>("[data-editor]")
if (root) {
  const { account = "", declaration = "" } = root.dataset
  const start = async (ready: () => void): Promise<void> => {
    const { startWorkshop } = await import("./page/workshop")
    startWorkshop(root, ready)
    await forOneAccount(account).catch(() => undefined) // storage may be forbidden
    keepShell()
  }
  void whenWanted(root.querySelector<HTMLElement>("[data-edit]"), account, declaration, start)
}

/** The texts are live at once on a desk, with `#edit`, and where this device keeps words that the server has to get;
 *  on a phone or a weak network when the switch is pressed. Without a switch they always are. */
async function whenWanted(
  control: HTMLElement | null,
  account: string,
  declaration: string,
  start: (ready: () => void) => Promise<void>,
): Promise<void> {
  if (!control) return start(() => undefined)
  let begun = false
  const begin = (focus: boolean): void => {
    if (begun) return
    begun = true
    let wasReady = false
    const ready = (): void => {
      control.hidden = true
      if (focus && !wasReady) document.querySelector<HTMLElement>(".ProseMirror")?.focus()
      wasReady = true
    }
    control.setAttribute("aria-busy", "true")
    start(ready).catch((error: unknown) => {
      // a weak network: the text stays as the server rendered it, and the switch can be pressed again
      console.warn("The editor did not come:", error)
      begun = false
      control.removeAttribute("aria-busy")
      control.hidden = false
    })
  }
  control.addEventListener("click", event => {
    event.preventDefault()
    begin(true)
  })
  if (location.hash === "#edit" || !isSpare() || (await keepsWords(account, declaration))) begin(false)
  else control.hidden = false
}

interface Connection {
  readonly saveData?: boolean
  readonly effectiveType?: string
}

/** Whether what is loaded should be wanted first: a small screen, or a network that is slow or paid by the byte. */
function isSpare(): boolean {
  const { connection } = navigator as { connection?: Connection }
  const weak = connection?.saveData === true || /2g|3g/.test(connection?.effectiveType ?? "")
  return weak || matchMedia("(max-width: 48rem)").matches
}

/** Pages that were kept for somebody else are not for this person; unsaved words stay for their author. */
async function forOneAccount(account: string): Promise<void> {
  const key = "drafting:account"
  if (localStorage.getItem(key) === account) return
  localStorage.setItem(key, account)
  if ("caches" in globalThis) await caches.delete(PAGES)
}

interface ScriptPolicies {
  createPolicy(name: string, rules: { createScriptURL(given: string): string }): { createScriptURL(given: string): string }
}

/** The offline shell: the browser offers it on secure addresses only. Its address is a Trusted Types sink. */
function keepShell(): void {
  if (!("serviceWorker" in navigator)) return
  const { trustedTypes } = globalThis as { trustedTypes?: ScriptPolicies }
  const rules = { createScriptURL: (): string => "/sw.js" }
  const policy = trustedTypes?.createPolicy("drafting", rules) ?? rules
  const unseen = !navigator.serviceWorker.controller // this very page was loaded without it
  navigator.serviceWorker
    .register(policy.createScriptURL("/sw.js"), { scope: "/" })
    .then(() => (unseen ? caches.open(PAGES).then(cache => cache.add(location.href)) : undefined))
    .catch((error: unknown) => console.warn("The workshop will not open without a network:", error))
}
