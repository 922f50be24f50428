/** Who stores: by bearer token (RFC 6750), by the key of its TLS certificate, or by both. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { peerCertificate } from "../http-door/peer-certificate.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import type { Sender, StoreOptions } from "./options.ts"

/**
 * The sender of a request. A token is good for storing here and for nothing else: the desks have others.
 *
 * @throws HttpRefusal 401
 */
export function senderOf(request: IncomingMessage, options: StoreOptions): Sender {
  const shown = tokenHash(request.headers.authorization)
  const pin = pinOfPeer(request, options)
  // Every sender is looked at, whichever fits: time tells nothing.
  const [sender] = options.senders.filter((each) => fitsToken(each, shown) && fitsPin(each, pin))
  if (sender !== undefined) return sender
  const showed = [...(shown === null ? [] : ["token"]), ...(pin === null ? [] : ["certificate"])].join(
    " and ",
  )
  const detail =
    showed === "" ? "neither token nor certificate was shown" : `the ${showed} shown may not store`
  options.onTurnedAway({ remoteAddress: request.socket.remoteAddress ?? "", at: "request", detail })
  throw new HttpRefusal(401, "storing needs a token or certificate of a configured sender", {
    "WWW-Authenticate": 'Bearer realm="dicomweb"',
  })
}

const fitsToken = ({ tokenSha256 }: Sender, shown: Buffer | null): boolean =>
  tokenSha256 === null || (shown !== null && timingSafeEqual(Buffer.from(tokenSha256, "hex"), shown))

const fitsPin = ({ pins, tokenSha256 }: Sender, pin: string | null): boolean =>
  pins.length === 0 ? tokenSha256 !== null : pin !== null && pins.includes(pin)

function tokenHash(authorization: string | undefined): Buffer | null {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1]
  return token === undefined ? null : createHash("sha256").update(token, "utf8").digest()
}

/** Null for a certificate that no authority of ours stands behind, or that was revoked. */
function pinOfPeer({ socket }: IncomingMessage, { tls, onTurnedAway }: StoreOptions): string | null {
  if (tls === null) return null
  const { certificate, fault } = peerCertificate(socket, tls.revoked)
  if (certificate !== null && fault === null) return tls.pinOf(certificate)
  if (fault?.reason === "revoked")
    onTurnedAway({ remoteAddress: socket.remoteAddress ?? "", at: "request", detail: fault.detail })
  return null
}
