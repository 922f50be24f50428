/** The built viewer as files. Its routes live behind `#`, so only real files are addresses. */
import { sep } from "node:path"
import express, { type RequestHandler } from "express"

const YEAR_S = 31_536_000

/**
 * Files of `folder`. What the build put under `assets/` has a hash of its content in its name and never changes;
 * all else (index.html, service worker, manifest) says which hashes count now and is asked for every time.
 */
export function staticViewer(folder: string): RequestHandler {
  const hashed = `${sep}assets${sep}`
  return express.static(folder, {
    dotfiles: "ignore",
    redirect: false,
    cacheControl: false,
    setHeaders: (response, path) => {
      const cache = path.includes(hashed) ? `public, max-age=${YEAR_S}, immutable` : "no-store"
      response.setHeader("Cache-Control", cache)
    },
  })
}
