// Moments in the reader's own time. The server writes them in UTC, which stays as the title, and without a script as
// the text.
const DAY = { day: "numeric", month: "long", year: "numeric" } as const
const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" } as const

export function showLocalTimes(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (!timeZone || timeZone === "UTC") return
  const { lang } = document.documentElement
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime*=T]")) {
    const text = element.textContent ?? ""
    const at = new Date(element.dateTime)
    if (!text.endsWith("UTC") || Number.isNaN(at.getTime())) continue // a day alone, or a time of the charter's zone
    const day = text.length > "00:00:00 UTC".length ? DAY : {}
    element.title = text
    element.textContent = new Intl.DateTimeFormat(lang, { ...day, ...HOUR }).format(at)
  }
}
