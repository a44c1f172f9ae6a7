// What this device keeps: one database per account and declaration, and the cached pages of the workshop.
export const DATABASE_PREFIX = "drafting:"
export const CACHE_PREFIX = "drafting-"
export const PAGES = `${CACHE_PREFIX}pages`

const WAIT_FOR_CLEARING = 2000 // milliseconds; another page may hold a database open

const settled = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work.catch(() => undefined), new Promise(resolve => setTimeout(resolve, WAIT_FOR_CLEARING))])

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error ?? new Error(name))
  })
}

async function clearDatabases(): Promise<void> {
  const known = await indexedDB.databases()
  const names = known.map(({ name }) => name ?? "").filter(name => name.startsWith(DATABASE_PREFIX))
  await Promise.all(names.map(deleteDatabase))
}

async function clearCaches(): Promise<void> {
  const names = (await caches.keys()).filter(name => name.startsWith(CACHE_PREFIX))
  await Promise.all(names.map(name => caches.delete(name)))
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister()
}

/** The names of a database's stores: what texts were, changes not yet saved, words that could not be merged. */
export const STORES = { texts: "texts", pending: "pending", aside: "aside" } as const
export const databaseName = (account: string, declaration: string): string => `${DATABASE_PREFIX}${account}:${declaration}`

/** Whether this device keeps words that the server does not have, in any text of the declaration. */
export function keepsWords(account: string, declaration: string): Promise<boolean> {
  return new Promise(resolve => {
    if (!("indexedDB" in globalThis)) return resolve(false)
    const request = indexedDB.open(databaseName(account, declaration))
    request.onupgradeneeded = () => request.transaction?.abort() // there is none: none is made
    request.onerror = () => resolve(false)
    request.onsuccess = () => {
      const database = request.result
      const counted = database.transaction([STORES.pending, STORES.aside])
      const counts = [STORES.pending, STORES.aside].map(name => counted.objectStore(name).count())
      counted.oncomplete = () => {
        database.close()
        resolve(counts.some(count => count.result > 0))
      }
      counted.onabort = () => resolve(false)
    }
  })
}

/** Forgets everything: words, pages, the offline shell. */
export async function clearDevice(): Promise<void> {
  const work: Promise<unknown>[] = []
  if ("indexedDB" in globalThis) work.push(clearDatabases())
  if ("caches" in globalThis && "serviceWorker" in navigator) work.push(clearCaches())
  await settled(Promise.all(work))
}

/** Clears this device where the page says that nobody is logged in, and before a log-out form is sent. */
export function clearOnLogout(): void {
  if (document.querySelector("[data-logged-out]")) void clearDevice()
  document.addEventListener("submit", event => {
    const form = event.target as HTMLFormElement
    if (!form.matches("form[data-logout]") || event.defaultPrevented) return
    event.preventDefault()
    dispatchEvent(new Event("drafting:logout")) // open editors let go of their databases
    void clearDevice().then(() => form.submit())
  })
}
