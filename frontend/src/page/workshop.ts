// A page with texts: one line to the server, one session for each text that comes into view.
import { Keeping } from "../sync/keeping"
import { Line } from "../sync/line"
import { askTheTime } from "./clock"
import { startBench } from "./bench"
import { pageMessages } from "./messages"
import { Session, type SessionContext } from "./session"

const AHEAD = "300px" // texts connect a little before they are seen
const RELOADED = "drafting:reloaded"
const RELOAD_AGAIN = 60_000 // milliseconds
const RELOAD_WAIT = 1_500 // in which other texts put their words aside

/** `ready` is called when the first text is live. */
export function startWorkshop(root: HTMLElement, ready = (): void => {}): void {
  const { sync = "/sync", declaration = "", account = "", person = "", network = "", networkName = network, hue = "0", lang } = root.dataset
  const messages = pageMessages(lang ?? document.documentElement.lang)
  const sessions: Session[] = []
  let leaving = false

  const context: SessionContext = {
    line: new Line(socketAddress(sync), () => void askTheTime(import.meta.url)),
    keeping: Keeping.open(account, declaration).catch((error: unknown) => {
      console.warn("This device keeps nothing:", error)
      return null
    }),
    messages,
    ready,
    person: { name: person, network: networkName, hue: Number(hue) || 0 },
    reload: () => {
      if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < RELOAD_AGAIN) return false
      sessionStorage.setItem(RELOADED, String(Date.now()))
      setTimeout(() => {
        if (sessions.some(session => session.showsUnsaved)) return
        leaving = true
        location.reload()
      }, RELOAD_WAIT)
      return true
    },
  }

  for (const section of root.querySelectorAll<HTMLElement>("[data-text]")) sessions.push(new Session(section, context))
  startInView(sessions)
  for (const bench of root.querySelectorAll<HTMLElement>("[data-bench]")) joinBench(bench, root, sessions)

  addEventListener("beforeunload", event => {
    if (!leaving && sessions.some(session => session.hasUnsaved)) event.preventDefault()
  })
  const hide = (): void => sessions.forEach(session => session.hide())
  addEventListener("pagehide", hide)
  document.addEventListener("visibilitychange", () => document.hidden && hide())
}

function socketAddress(path: string): string {
  const address = new URL(path, location.href)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  return address.href
}

function startInView(sessions: readonly Session[]): void {
  const waiting = new Map<Element, Session>(sessions.map(session => [session.section, session]))
  const observer = new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting } of entries) {
        const session = isIntersecting ? waiting.get(target) : undefined
        if (!session) continue
        waiting.delete(target)
        observer.unobserve(target)
        void session.start()
      }
    },
    { rootMargin: AHEAD },
  )
  for (const section of waiting.keys()) observer.observe(section)
}

function joinBench(bench: HTMLElement, root: HTMLElement, sessions: readonly Session[]): void {
  const [source, target] = sessions.filter(session => bench.contains(session.section))
  if (source && target) startBench(source, target, root)
}
