/**
 * Revocation client: lists by HTTP GET (RFC 5280 §4.2.1.13), OCSP by POST (RFC 6960 appendix A.1).
 *
 * http will do, since what comes is signed. Only servers of the configuration are called, and no redirect leads from one of
 * them to another: a certificate must not make this gateway call whom it likes.
 */
import { RevocationError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"
import { MAX_CRL_LENGTH_BYTES } from "../../standards/hpki/crl.ts"
import { OCSP_REQUEST_MEDIA_TYPE, OCSP_RESPONSE_MEDIA_TYPE } from "../../standards/hpki/ocsp-request.ts"
import { MAX_OCSP_LENGTH_BYTES } from "../../standards/hpki/ocsp.ts"

/** From the first octet asked to the last that came. */
const TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 3
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

export interface RevocationClient {
  /** May this address be called at all? */
  mayCall(url: string): boolean
  /** Octets of a revocation list, not looked at. Throws RevocationError. */
  list(url: string): Promise<Uint8Array>
  /** Octets of the answer to an OCSP request, not looked at. Throws RevocationError. */
  answer(url: string, request: Uint8Array): Promise<Uint8Array>
}

interface Request {
  readonly init: RequestInit
  readonly maxLengthBytes: number
}

/** @param origins servers that may be called, as `http://crl.example.org` */
export function revocationClient(origins: readonly string[], timeoutMs = TIMEOUT_MS): RevocationClient {
  const mayCall = (url: string): boolean => URL.canParse(url) && origins.includes(new URL(url).origin)
  const ask = async (url: string, request: Request): Promise<Uint8Array> => {
    if (!mayCall(url)) throw unavailable(`${hostOf(url)} is none of trust.revocation.fetchFrom`)
    try {
      return await follow(url, request, AbortSignal.timeout(timeoutMs))
    } catch (cause) {
      throw cause instanceof RevocationError ? cause : unavailable(`no answer from ${hostOf(url)}`, cause)
    }
  }
  return {
    mayCall,
    list: (url) => ask(url, { init: { method: "GET" }, maxLengthBytes: MAX_CRL_LENGTH_BYTES }),
    answer: (url, request) => ask(url, { init: posted(request), maxLengthBytes: MAX_OCSP_LENGTH_BYTES }),
  }
}

const posted = (request: Uint8Array): RequestInit => ({
  method: "POST",
  headers: { "content-type": OCSP_REQUEST_MEDIA_TYPE, accept: OCSP_RESPONSE_MEDIA_TYPE },
  body: Buffer.from(request),
})

/** Redirects on the same server are followed. */
async function follow(
  url: string,
  { init, maxLengthBytes }: Request,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let at = url
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await fetch(at, { ...init, redirect: "manual", signal })
    if (!REDIRECTS.includes(response.status)) return bodyOf(response, at, maxLengthBytes)
    await response.body?.cancel()
    at = redirected(at, response.headers.get("location") ?? "")
  }
  throw unavailable(`${hostOf(url)} redirects without end`)
}

function redirected(from: string, location: string): string {
  const to = URL.canParse(location, from) ? new URL(location, from) : null
  if (to?.origin !== new URL(from).origin) throw unavailable(`${hostOf(from)} redirects to another server`)
  return to.href
}

async function bodyOf({ status, body }: Response, url: string, maxLengthBytes: number): Promise<Uint8Array> {
  if (status !== 200 || body === null) {
    await body?.cancel()
    throw unavailable(`${hostOf(url)} answers HTTP ${status}`)
  }
  const tooLong = () =>
    new RevocationError("ERR_REVOCATION_INVALID", `${hostOf(url)}: longer than ${maxLengthBytes} bytes`)
  return collected(body, maxLengthBytes, tooLong)
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "an address that is none")

const unavailable = (message: string, cause?: unknown) =>
  new RevocationError("ERR_REVOCATION_UNAVAILABLE", message, { cause })
