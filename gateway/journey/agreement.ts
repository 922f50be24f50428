/**
 * Agreements: nothing is exchanged without one. Values only; `gateway/config` reads them, the steps obey them.
 */
import type { AgreedCodes } from "./agreed-codes.ts"
import { startOfDay } from "./local-day.ts"
import type { Packaging } from "./packaging.ts"
import type { SubmissionKind } from "./records/submission.ts"
import type { ConsentPolicy } from "./views/request.ts"
import type { Urgency } from "./views/study.ts"

/** Our own institution. */
export interface Site {
  readonly name: string
  /** OID of the institution; root of what it issues. */
  readonly oid: string
  /** Ten digits, "" outside Japan's scheme. */
  readonly institutionCode: string
  /** IANA name, e.g. Asia/Tokyo: DICOM times have no zone. */
  readonly timeZone: string
}

export interface Partner {
  readonly name: string
  readonly oid: string
  readonly institutionCode: string
}

export interface UrgencyTerm {
  /** The hospital's own word, e.g. 緊急. */
  readonly label: string
  readonly dueMinutes: number
}

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"

/** Local times, `hh:mm`; until not after from = on the day after. */
export interface Hours {
  /** On which they begin. */
  readonly days: readonly Weekday[]
  readonly from: string
  readonly until: string
}

/** How much of the line to the partner images take, and when. */
export interface LineTerms {
  /** Submissions with images that are on the line at a time. */
  readonly inFlight: number
  /** Null = all it gives. */
  readonly maxMbitPerSecond: number | null
  /** When images leave. Empty = at any time. */
  readonly hours: readonly Hours[]
  /** STAT studies wait for these hours too. */
  readonly statWaits: boolean
}

/** How our signature documents to the partner are made; all forms are taken from it. */
export interface SignatureForm {
  /** T: time-stamped. X-L: with the evidence and with Canonical XML 1.1, as IHE DSG has it. */
  readonly level: "T" | "X-L"
  /** Where the documents are named: in a ds:Manifest, or flat in ds:SignedInfo. */
  readonly references: "manifest" | "flat"
  /**
   * Of a report's signature that came home: as received, or beside it a copy of our own that is stamped anew in time
   * (verify/renew.ts). Absent = received.
   */
  readonly keep?: "received" | "long-term"
}

export const PLAIN_FORM: SignatureForm = { level: "T", references: "manifest" }

/** In which a registry numbers patients (ITI TF-3 4.2.3.2.16). */
export interface AffinityDomain {
  /** OID. */
  readonly patientIdDomain: string
  /** `person`: a person says each patient's number there, once; `same`: it is the hospital's. */
  readonly numbers: "person" | "same"
}

/** A reader by name, and by the key or by the holder that the authority's certificate names; one of both is there. */
export interface AgreedReader {
  readonly name: string
  /** Hex SHA-256 of the key's SubjectPublicKeyInfo. */
  readonly spkiSha256?: string | undefined
  /** Issuer as `Name.text`, and the subject's serialNumber. */
  readonly card?: { readonly issuer: string; readonly serialNumber: string } | undefined
}

export interface Agreement {
  readonly id: string
  readonly partner: Partner
  /** ITI-41 endpoint of the partner's Document Recipient; of a hospital that is never called a name that leads nowhere. */
  readonly endpoint: string
  /** Hex SHA-256 of SubjectPublicKeyInfo. */
  readonly tlsPins: readonly string[]
  readonly sealPins: readonly string[]
  /** DER of the certificate we encrypt for; empty where nothing is encrypted. */
  readonly objectCertificate: Uint8Array
  /** How documents are packed for the partner, and what is taken from it. */
  readonly packaging: Packaging
  readonly legalBasis: string
  readonly purposes: readonly string[]
  /** What may come and go under it. */
  readonly accepts: readonly SubmissionKind[]
  readonly receipts: "signed" | "registry-response"
  readonly reportSignature: "hpki" | "qualified-other" | "seal+passkey"
  /** Which requests a preliminary document is sent and taken for, which nobody has signed (ADR 0035). Absent = none. */
  readonly preliminaryReports?: "none" | "stat" | "all"
  /** Absent = `PLAIN_FORM`. */
  readonly signatures?: SignatureForm
  /** Who may sign reports. Empty = whoever the partner says. */
  readonly readers: readonly AgreedReader[]
  /** hcRole one of which the signer of a report must have. Absent = Medical Doctor. */
  readonly reportRoles?: readonly string[]
  /** How native images leave: as HTJ2K where that is without loss, or all as received. */
  readonly recoding: "htj2k" | "none"
  /** How a study leaves that is larger than what the line carries in a few seconds: in units, or in one piece all the same. */
  readonly units: "adaptive" | "off"
  readonly line: LineTerms
  readonly retention: {
    /** Copies of images at the reading centre after arrival; at the hospital after the verified receipt. */
    readonly imagesMs: number
    /** The same at the reading centre while the case is not read: then they go, read or not. Absent = `imagesMs`. */
    readonly unreadImagesMs?: number
    /** Request, reports and what was said of them, at either side, after the last of them. */
    readonly reportsMs: number
    /** Deletion certificates, at either side. Absent = `CERTIFICATES_MS`. */
    readonly certificatesMs?: number
  }
  readonly urgency: Readonly<Record<Urgency, UrgencyTerm>>
  /** Codes of the metadata. */
  readonly codes: AgreedCodes
  /** OID of the hospital's patient id domain. */
  readonly patientIdDomain: string
  /** The partner's registry numbers patients in a domain of its own; absent = it takes the hospital's numbers. */
  readonly affinityDomain?: AffinityDomain | undefined
  /** Limited metadata (ITI TF-3 table 4.3.1-3, column XDR MS): taken from this partner, or sent to it. */
  readonly limitedMetadata: readonly ("accept" | "send")[]
  /** Do messages say who sends them (IHE XUA)? `demand`: ours do, and the partner's must, hence no media. */
  readonly xua: "off" | "send" | "demand"
  /** One of them a patient must have acknowledged before images leave (IHE BPPC); empty = nobody asks. */
  readonly consentPolicies: readonly ConsentPolicy[]
  /** First day, and first day on which nothing is exchanged any more: `YYYY-MM-DD` at our site. */
  readonly validFrom: string
  readonly validUntil: string
  /** Who answers for which segment of the path. */
  readonly demarcation: readonly { readonly segment: string; readonly responsible: string }[]
  readonly firstResponder: string
}

/** Five years. */
export const CERTIFICATES_MS = 1825 * 24 * 60 * 60 * 1000

/** Is the agreement in force at this instant, on clocks in this time zone? */
export function inForce(
  { validFrom, validUntil }: Pick<Agreement, "validFrom" | "validUntil">,
  timeZone: string,
  now: Date,
): boolean {
  return startOfDay(validFrom, timeZone) <= now && now < startOfDay(validUntil, timeZone)
}
