/**
 * Evidence that came inside a signature document (XAdES CertificateValues, RevocationValues, TimeStampValidationData). None of
 * it is signed with the document: each piece proves itself or nothing.
 */
import { type Certificate, readCertificate } from "../hpki/certificate.ts"
import { type Crl, readCrl } from "../hpki/crl.ts"
import { type OcspResponse, readOcspResponse } from "../hpki/ocsp.ts"
import { type VerdictTest, pass } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import type { SignatureTrust } from "./trust.ts"
import type { EvidenceValues } from "./xades-read.ts"

export interface Evidence {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Crl[]
  readonly ocsp: readonly OcspResponse[]
  /** Why pieces were left out, one line each. */
  readonly passedOver: readonly string[]
}

/** What cannot be read is left out and told: whoever may add a piece must not be able to spoil a good signature with it. */
export function readEvidence(encoded: EvidenceValues): Evidence {
  const passedOver: string[] = []
  const readable = <Value>(pieces: readonly Uint8Array[], read: (piece: Uint8Array) => Value): Value[] =>
    pieces.flatMap((piece) => {
      try {
        return [read(piece)]
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        passedOver.push(`${error.code}: ${error.message}`)
        return []
      }
    })
  const certificates = readable(encoded.certificates, readCertificate)
  const crls = readable(encoded.crls, readCrl)
  const ocsp = readable(encoded.ocsp, readOcspResponse)
  return { certificates, crls, ocsp, passedOver }
}

/** Trust that also knows what came along; anchors, pins and rules stay as they are. */
export function withEvidence(trust: SignatureTrust, evidence: Evidence): SignatureTrust {
  const { certificates, crls, ocsp } = evidence
  const more = <Part extends Pick<SignatureTrust, "intermediates" | "crls" | "ocsp">>(part: Part): Part => ({
    ...part,
    intermediates: [...part.intermediates, ...certificates],
    crls: [...part.crls, ...crls],
    ocsp: [...(part.ocsp ?? []), ...ocsp],
  })
  return { ...more(trust), timeStamp: more(trust.timeStamp) }
}

/** Test `evidence`, only where something was passed over: it neither helps nor harms. */
export const checkEvidence = ({ passedOver }: Evidence): readonly VerdictTest[] =>
  passedOver.length === 0 ? [] : [pass("evidence", `passed over: ${passedOver.join("; ")}`)]
