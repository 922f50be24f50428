/**
 * Keeps the shell (page, scripts, styles) so that the viewer opens at once; patient data never pass through.
 * What is kept is decided by `shellAction`; everything else goes to the network untouched.
 */
import { shellAction } from "./shell-policy.ts"

/** Only what this file needs of the service worker's world; the DOM library knows windows only. */
interface Extendable {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Extendable {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  readonly location: Location
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void
}

const scope = globalThis as unknown as WorkerScope
const SHELL_CACHE = "dokuei-shell"
/** Names of this build's files, put in by the build. */
const SHELL_FILES = "__DOKUEI_SHELL__".split(" ")

/** Files of older builds are of no use: every page that is loaded from now on names the new ones. */
async function dropOlderBuilds(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE)
  const current = new Set(SHELL_FILES.map((name) => new URL(name, scope.location.origin).href))
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith("/assets/") && !current.has(request.url))
      await cache.delete(request)
}

/** Fetches and keeps a good answer; the copy is written before the answer is handed on. */
async function fetchAndKeep(request: Request, cache: Cache): Promise<Response> {
  const response = await fetch(request)
  if (response.ok && response.type === "basic") await cache.put(request, response.clone())
  return response
}

async function answer(request: Request, action: "cache-first" | "network-first"): Promise<Response> {
  const cache = await caches.open(SHELL_CACHE)
  const kept = await cache.match(request)
  if (action === "cache-first" && kept !== undefined) return kept
  try {
    return await fetchAndKeep(request, cache)
  } catch (offline) {
    if (kept !== undefined) return kept
    throw offline
  }
}

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()))
scope.addEventListener("activate", (event) =>
  event.waitUntil(dropOlderBuilds().then(() => scope.clients.claim())),
)
scope.addEventListener("fetch", (event) => {
  const action = shellAction(event.request.method, event.request.url, scope.location.origin)
  if (action !== "pass") event.respondWith(answer(event.request, action))
})
