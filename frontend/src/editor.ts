// What every page of the workshop loads first: small; the editor itself follows only when it is wanted.
import { clearOnLogout, PAGES } from "./device"

clearOnLogout()

const root = document.querySelector<HTMLElement>("[data-editor]")
if (root) {
  void forOneAccount(root.dataset["account"] ?? "").then(keepShell, keepShell) // storage may be forbidden
  whenWanted(root, () => void import("./page/workshop").then(({ startWorkshop }) => startWorkshop(root)))
}

/** Without a switch the texts are live at once; with one, when it is pressed or the address says #edit. */
function whenWanted(within: HTMLElement, start: () => void): void {
  const control = within.querySelector<HTMLElement>("[data-edit]")
  if (!control) return start()
  const begin = (event?: Event): void => {
    event?.preventDefault()
    control.hidden = true
    start()
  }
  if (location.hash === "#edit") begin()
  else control.addEventListener("click", begin, { once: true })
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
