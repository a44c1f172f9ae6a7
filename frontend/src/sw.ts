// Service worker: the editor's shell, so that a delegate without a network can open the workshop again.
// Built files never change under one name and come from the cache; pages of the workshop come from the network, and
// from the cache where there is none.
import { CACHE_PREFIX, PAGES } from "./device"

declare const self: {
  readonly clients: { claim(): Promise<void> }
  readonly location: Location
  skipWaiting(): Promise<void>
  addEventListener(type: "install" | "activate", listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void
  addEventListener(
    type: "fetch",
    listener: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void
}
/** Names of the shell's files, and a name for this set of them; the build puts them here. */
declare const SHELL: readonly string[]
declare const SHELL_NAME: string

const ALL_FILES = `${CACHE_PREFIX}files-`
const FILES = ALL_FILES + SHELL_NAME
const PAGES_KEPT = 30

self.addEventListener("install", event => {
  event.waitUntil(caches.open(FILES).then(cache => cache.addAll(SHELL.map(name => `/static/${name}`))))
  void self.skipWaiting()
})

self.addEventListener("activate", event => {
  event.waitUntil(dropOldFiles().then(() => self.clients.claim()))
})

self.addEventListener("fetch", event => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== self.location.origin) return
  if (pathname.startsWith("/static/")) event.respondWith(file(request))
  else if (request.mode === "navigate" && /^\/[\w-]+\/workshop\//.test(pathname)) event.respondWith(page(request))
})

async function dropOldFiles(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter(name => name.startsWith(ALL_FILES) && name !== FILES)
  await Promise.all(old.map(name => caches.delete(name)))
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request)
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request)
    if (answer.ok && !answer.redirected) await keep(request, answer.clone())
    return answer
  } catch (error) {
    const kept = await caches.match(request, { cacheName: PAGES, ignoreVary: true })
    if (kept) return kept
    throw error
  }
}

async function keep(request: Request, answer: Response): Promise<void> {
  const cache = await caches.open(PAGES)
  await cache.delete(request)
  await cache.put(request, answer)
  const kept = await cache.keys()
  await Promise.all(kept.slice(0, -PAGES_KEPT).map(old => cache.delete(old)))
}
