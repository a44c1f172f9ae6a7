// What every page of the workshop loads first: small; the editor itself follows only when it is wanted.
import { clearOnLogout, PAGES } from "./device"

clearOnLogout()

const root = document.querySelector<HTMLElement>("[data-editor]")
if (root) {
  whenWanted(root, async () => {
    const { startWorkshop } = await import("./page/workshop")
    startWorkshop(root)
    await forOneAccount(root.dataset["account"] ?? "").catch(() => undefined) // storage may be forbidden
    keepShell()
  })
}

/** Without a switch the texts are live at once; with one, when it is pressed or the address says #edit. */
function whenWanted(within: HTMLElement, start: () => Promise<void>): void {
  const control = within.querySelector<HTMLElement>("[data-edit]")
  const begin = (event?: Event): void => {
    event?.preventDefault()
    if (control) control.hidden = true
    start().catch((error: unknown) => {
      // a weak network: the text stays as the server rendered it, and the switch can be pressed again
      console.warn("The editor did not come:", error)
      if (control) control.hidden = false
    })
  }
  if (!control || location.hash === "#edit") begin()
  control?.addEventListener("click", begin)
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
