/** Certificates for the three keys of a hospital that joins. Names and extensions are ours; of the request only the key counts. */
import type { Requests } from "../../actors/joining/messages.ts"
import * as issue from "../../standards/hpki/issue.ts"
import { readCertificationRequest } from "../../standards/pkcs10/certification-request.ts"
import { days, pem } from "../pki-authority.ts"
import type { OwnAuthorities } from "./authority.ts"

const TERM_DAYS = 365
const KP_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
const KP_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"

/** DER, leaf first, without the root. */
export interface IssuedChains {
  readonly tls: readonly Uint8Array[]
  readonly seal: readonly Uint8Array[]
  readonly object: readonly Uint8Array[]
}

export function issueFor(hospital: string, requests: Requests, by: OwnAuthorities, now: Date): IssuedChains {
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
  }
}

export const chainPem = (chain: readonly Uint8Array[]): string =>
  chain.map((each) => pem("CERTIFICATE", each)).join("")
