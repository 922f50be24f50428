/** What a verifier believes, and what it holds against a signature. All of it comes from configuration or from our own records. */
import type { Certificate } from "../hpki/certificate.ts"
import type { Crl } from "../hpki/crl.ts"
import type { OcspResponse } from "../hpki/ocsp.ts"
import type { HpkiRules } from "../hpki/profile.ts"
import type { QualifiedRules } from "../hpki/qualified-profile.ts"
import type { TimeStampTrust } from "../tsp/verify-token.ts"

interface CommonTrust {
  readonly anchors: readonly Certificate[]
  /** Sub-authorities that signatures may leave out. */
  readonly intermediates: readonly Certificate[]
  readonly crls: readonly Crl[]
  /** OCSP responses at hand, of whatever certificates; absent = none. */
  readonly ocsp?: readonly OcspResponse[]
  /** Anchors of its own: a healthcare authority says nothing about time. */
  readonly timeStamp: TimeStampTrust
  /** required: stay `valid-pending` until a list or answer issued after the time stamp is at hand (grace period). */
  readonly newerCrl: "required" | "preferred"
}

/** A person's signature under HPKI. */
export interface HpkiTrust extends CommonTrust {
  readonly kind: "hpki"
  readonly rules: HpkiRules
}

/** A person's signature under another authority, which two facilities have agreed to take. */
export interface QualifiedTrust extends CommonTrust {
  readonly kind: "qualified"
  readonly rules: QualifiedRules
}

/** A gateway's seal under a private CA. */
export interface SealTrust extends CommonTrust {
  readonly kind: "seal"
  /** Hex SHA-256 of accepted SubjectPublicKeyInfos; empty = every seal of the CA. */
  readonly pins: readonly string[]
}

/** Of a signature that a person has made. */
export type PersonTrust = HpkiTrust | QualifiedTrust
export type SignatureTrust = PersonTrust | SealTrust

/** What the signature should cover, exactly. */
export interface ClaimedContent {
  readonly documents: readonly {
    readonly uniqueId: string
    /** Of the clear octets as received. */
    readonly sha256: Uint8Array
    /** Themselves: needed only below an archive time stamp where SignedInfo names them (flat layout). */
    readonly octets?: Uint8Array
  }[]
  /** SubmissionSet.uniqueId for a SubmissionSet signature; null = Detached. */
  readonly submissionSetUniqueId: string | null
}
