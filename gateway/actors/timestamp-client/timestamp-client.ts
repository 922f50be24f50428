/**
 * Time-stamp client: RFC 3161 over HTTP (§3.4), one POST per stamp.
 *
 * A token is handed on only when everything that can be checked now checks: imprint, nonce, time, the authority's path and
 * purpose. A missing revocation list does not stop it; whoever verifies the signature later asks again.
 */
import { TimeStampError } from "../../journey/errors.ts"
import type { TimeStampAuthority } from "../../journey/ports/outside.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import { readDer } from "../../standards/cms/der.ts"
import { integer } from "../../standards/cms/der-write.ts"
import { Malformed } from "../../standards/malformed.ts"
import {
  NONCE_LENGTH_BYTES,
  REQUEST_MEDIA_TYPE,
  RESPONSE_MEDIA_TYPE,
  writeTimeStampReq,
} from "../../standards/tsp/request.ts"
import { readTimeStampResp } from "../../standards/tsp/response.ts"
import {
  MAX_CLOCK_SKEW_MS,
  type TimeStampTrust,
  type TokenCheck,
  verifyToken,
} from "../../standards/tsp/verify-token.ts"
import { collected } from "../../standards/collected.ts"
import { sha256 } from "../../standards/sha256.ts"

/** Tokens with certificates are about 3 to 10 kB. */
const MAX_RESPONSE_LENGTH_BYTES = 1 << 17

export interface TimeStampClientOptions {
  /** http: or https:; the token protects itself. */
  readonly url: string
  readonly timeoutMs: number
  /** Asked for every stamp, because revocation lists are renewed daily. */
  readonly trust: () => TimeStampTrust
  readonly chance: Chance
  readonly clock: Clock
}

/** Throws TimeStampError: ERR_TIMESTAMP_UNAVAILABLE when nothing usable came, ERR_TIMESTAMP_INVALID when it does not check. */
export function timeStampClient(options: TimeStampClientOptions): TimeStampAuthority {
  return {
    async stamp(bytes) {
      const imprint = sha256(bytes)
      const nonce = options.chance.bytes(NONCE_LENGTH_BYTES)
      const response = await post(options, writeTimeStampReq(imprint, nonce))
      const token = tokenOf(response)
      const now = options.clock.now()
      refuseUnlessSound(
        verifyToken(token, bytes, options.trust(), { now, newerCrl: "preferred" }),
        nonce,
        now,
      )
      return token
    },
  }
}

async function post({ url, timeoutMs }: TimeStampClientOptions, request: Uint8Array): Promise<Uint8Array> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": REQUEST_MEDIA_TYPE, accept: RESPONSE_MEDIA_TYPE },
      body: Buffer.from(request),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.status !== 200 || response.body === null) throw unavailable(`HTTP ${response.status}`)
    return await collected(response.body, MAX_RESPONSE_LENGTH_BYTES, () => invalid("the answer is too long"))
  } catch (cause) {
    throw cause instanceof TimeStampError ? cause : unavailable(`no answer from ${new URL(url).host}`, cause)
  }
}

function tokenOf(response: Uint8Array): Uint8Array {
  try {
    return readTimeStampResp(response)
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause
    throw cause.code === "TSP_REJECTED" ? unavailable(cause.message, cause) : invalid(cause.message, cause)
  }
}

function refuseUnlessSound(check: TokenCheck, nonce: Uint8Array, now: Date): void {
  const failed = check.tests.filter(({ outcome }) => outcome === "fail")
  if (failed.length > 0) throw invalid(failed.map(({ name, detail }) => `${name} ${detail}`).join("; "))
  // Octets are compared, not numbers: authorities write nonces back as they read them.
  const sent = readDer(integer(nonce)).content
  if (check.nonce === null || Buffer.compare(check.nonce, sent) !== 0)
    throw invalid("another request's nonce")
  const distanceMs = Math.abs((check.genTime?.getTime() ?? 0) - now.getTime())
  if (distanceMs > check.accuracyMs + MAX_CLOCK_SKEW_MS) throw invalid("its time is far from our clock")
}

const unavailable = (message: string, cause?: unknown) =>
  new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", `time-stamp authority: ${message}`, { cause })
const invalid = (message: string, cause?: unknown) =>
  new TimeStampError("ERR_TIMESTAMP_INVALID", `time-stamp token: ${message}`, { cause })
