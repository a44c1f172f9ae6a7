// The server's clock: times that the page states are the server's, not the device's.
let difference = 0

/** Now on the server, in milliseconds since 1970; the device's clock until `askTheTime` has an answer. */
export const serverNow = (): number => Date.now() + difference

/** Reads the Date of an answer of the server. Without an answer the former difference stays. */
export async function askTheTime(url: string): Promise<void> {
  const asked = Date.now()
  const answer = await fetch(url, { method: "HEAD", cache: "no-store" }).catch(() => null)
  const date = Date.parse(answer?.headers.get("date") ?? "")
  if (!Number.isNaN(date)) difference = date + 500 - (asked + Date.now()) / 2 // Date counts whole seconds
}
