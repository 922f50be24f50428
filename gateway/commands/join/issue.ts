/** Certificates for the keys of a hospital that joins, and for tunnels. Names and extensions are ours; of the request only the key counts. */
import type { Requests } from "../../actors/joining/messages.ts"
import * as issue from "../../standards/hpki/issue.ts"
import { readCertificationRequest } from "../../standards/pkcs10/certification-request.ts"
import { days, type Key, pem } from "../pki-authority.ts"
import type { OwnAuthorities } from "./authority.ts"

export const TERM_DAYS = 365
const KP_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
const KP_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"

/** RFC 4945 5.1.3.12. */
const KP_IPSEC_IKE = "1.3.6.1.5.5.7.3.17"

/** DER, leaf first, without the root. */
export interface IssuedChains {
  readonly tls: readonly Uint8Array[]
  readonly seal: readonly Uint8Array[]
  readonly object: readonly Uint8Array[]
  /** Empty where no tunnel is handed over. */
  readonly tunnel: readonly Uint8Array[]
}

/** @param identity DNS name for the tunnel's certificate; null = there is none */
export function issueFor(
  hospital: string,
  requests: Requests,
  by: OwnAuthorities,
  identity: string | null,
  now: Date,
): IssuedChains {
  const term = { notBefore: days(now, -1), notAfter: days(now, TERM_DAYS) }
  const keyOf = (use: keyof Requests) => readCertificationRequest(requests[use])
  const name = (use: string) => issue.writeName(["C", "JP"], ["O", hospital], ["CN", `${hospital} ${use}`])
  const line = issue.extKeyUsage(false, KP_SERVER_AUTH, KP_CLIENT_AUTH)
  return {
    tls: by.tls.chainFor(keyOf("tls"), name("TLS"), term, issue.keyUsage("digitalSignature"), line),
    seal: by.seal.chainFor(
      keyOf("seal"),
      name("seal"),
      term,
      issue.keyUsage("digitalSignature", "nonRepudiation"),
    ),
    object: by.seal.chainFor(keyOf("object"), name("objects"), term, issue.keyUsage("keyAgreement")),
    tunnel: identity === null ? [] : [issueTunnel(hospital, identity, keyOf("tunnel"), by, now)],
  }
}

/**
 * For IKE alone: no gateway takes it for a line (extKeyUsage), and no peer takes another for it (subjectAltName).
 * @param identity DNS name
 */
export function issueTunnel(
  holder: string,
  identity: string,
  key: Pick<Key, "spki">,
  by: OwnAuthorities,
  now: Date,
): Uint8Array {
  const [leaf = new Uint8Array()] = by.tls.chainFor(
    key,
    issue.writeName(["C", "JP"], ["O", holder], ["CN", identity]),
    { notBefore: days(now, -1), notAfter: days(now, TERM_DAYS) },
    issue.keyUsage("digitalSignature"),
    issue.extKeyUsage(false, KP_IPSEC_IKE),
    issue.alternativeNames(issue.dnsName(identity)),
  )
  return leaf
}

export const chainPem = (chain: readonly Uint8Array[]): string =>
  chain.map((each) => pem("CERTIFICATE", each)).join("")
