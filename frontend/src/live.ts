// Live notices: says, politely, that the page has news. Nothing else.
import { clearOnLogout } from "./device"

clearOnLogout()

const address = document.body.dataset["events"]
if (address) {
  const say = (key: "news" | "newsLoad", otherwise: string): string => document.body.dataset[key] ?? otherwise
  const events = new EventSource(address)
  events.onmessage = () => {
    events.close()
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
}
