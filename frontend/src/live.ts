// Live notices: says, politely, that the page has news; and moments in the reader's own time. Nothing else.
import { clearOnLogout } from "./device"
import { showLocalTimes } from "./times"

clearOnLogout()
showLocalTimes()

const address = document.body.dataset["events"]
if (address) {
  const say = (key: "news" | "newsLoad", otherwise: string): string => document.body.dataset[key] ?? otherwise
  // only while the page is looked at: a browser opens few connections to one server, and there may be many tabs
  let events: EventSource | undefined
  const listen = (): void => {
    events?.close()
    events = document.visibilityState === "visible" ? new EventSource(address) : undefined
    if (events) events.onmessage = tell
  }
  const tell = (): void => {
    document.removeEventListener("visibilitychange", listen)
    events?.close()
    const link = document.createElement("a")
    link.href = location.href.split("#", 1)[0] as string
    link.textContent = say("newsLoad", "Load it")
    const status = document.createElement("p")
    status.className = "news"
    status.setAttribute("role", "status")
    ;(document.querySelector("main") ?? document.body).prepend(status)
    // into an element that is there already, or a screen reader does not speak it
    setTimeout(() => status.append(say("news", "This page has news."), " ", link), 100)
  }
  document.addEventListener("visibilitychange", listen)
  listen()
}
