/** The headers every answer of a desk carries. */
import type { NextFunction, Request, RequestHandler, Response } from "express"
import helmet from "helmet"

const self = "'self'"
const none = "'none'"

/** `wasm-unsafe-eval` is for the HTJ2K decoder; nothing else may be compiled, inlined or loaded from elsewhere. */
const CONTENT_SECURITY_POLICY = {
  "default-src": [none],
  "script-src": [self, "'wasm-unsafe-eval'"],
  "style-src": [self],
  "img-src": [self, "blob:", "data:"],
  "connect-src": [self],
  "worker-src": [self],
  "font-src": [self],
  "manifest-src": [self],
  "frame-src": [none],
  "object-src": [none],
  "base-uri": [none],
  "form-action": [none],
  "frame-ancestors": [none],
  "require-trusted-types-for": ["'script'"],
}

const PERMISSIONS_POLICY =
  "camera=(), microphone=(), geolocation=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"

const YEAR_S = 31_536_000

/** @param bridge to the reader's card, at their own PC: the one other place that the page may speak to */
const contentSecurityPolicy = (bridge: string | undefined) => ({
  ...CONTENT_SECURITY_POLICY,
  "connect-src": bridge === undefined ? [self] : [self, bridge],
})

/** Policy headers. Strict-Transport-Security only where there is TLS: over http browsers ignore it (RFC 6797 §8.1). */
export function policyHeaders(secure: boolean, bridge?: string): readonly RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy(bridge) },
      crossOriginOpenerPolicy: { policy: "same-origin" },
      crossOriginEmbedderPolicy: { policy: "require-corp" },
      crossOriginResourcePolicy: { policy: "same-origin" },
      referrerPolicy: { policy: "no-referrer" },
      xFrameOptions: { action: "deny" },
      strictTransportSecurity: secure ? { maxAge: YEAR_S, includeSubDomains: false } : false,
    }),
    (_request: Request, response: Response, next: NextFunction) => {
      response.set("Permissions-Policy", PERMISSIONS_POLICY)
      next()
    },
  ]
}

/** Patient data never stay in a cache of the browser or of anything between. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store")
  next()
}
