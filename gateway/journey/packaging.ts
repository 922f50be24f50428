/**
 * Packaging: how documents travel between us and one partner, and hence what is taken from it (docs/adr/0019). Between two
 * gateways of this kind a document is the ciphertext that lies in the spool, under seals; with anybody else it is what any
 * IHE partner reads, and only as the agreement says.
 */
import type { RetrieveFrom } from "../standards/dicom/kos.ts"
import { MIME } from "./codes.ts"
import type { DocumentRole } from "./records/submission.ts"

/**
 * `sealed`: CMS AuthEnvelopedData, our own · `den`: IHE Document Encryption · `plain`: as it is, inside mutual TLS alone ·
 * `zip`: as they are, and the images of a submission as one ZIP · `stow`: the images alone, as they are, by STOW-RS to the
 * partner's DICOMweb inside mutual TLS · `manifest-and-pdf`: a manifest of the images and the request as PDF, the report as
 * PDF; no image, which the partner fetches itself. One is pinned per agreement.
 */
export type DocumentForm = "sealed" | "den" | "plain" | "zip" | "stow" | "manifest-and-pdf"

/** What the partner has signed: that documents may travel unencrypted. */
export interface WrittenPermission {
  /** Name of the paper. */
  readonly document: string
  /** `YYYY-MM-DD`, of its signature. */
  readonly date: string
}

export interface Packaging {
  readonly form: DocumentForm
  /** `dsg`: both sides seal, give receipts and send each other notices · `none`: the partner understands none of these. */
  readonly seals: "dsg" | "none"
  /** Null where nothing travels unencrypted. */
  readonly permission: WrittenPermission | null
  /** What takes the submissions is an XDS.b Document Repository, for whoever may look there; absent = a Document Recipient. */
  readonly to?: "repository"
  /** Of `zip`: the manifest lies in it as well, and is no document of its own; absent = it stands beside the ZIP. */
  readonly manifest?: "inside"
  /** Of `manifest-and-pdf`: from where the partner may fetch the images, as the manifest says it; absent = it knows. */
  readonly retrieve?: RetrieveFrom
}

interface Agreed {
  readonly packaging: Packaging
}

export const SEALED: Packaging = { form: "sealed", seals: "dsg", permission: null }

/** The partner understands seals, receipts, units and notices. */
export const isSealing = ({ packaging }: Agreed): boolean => packaging.seals === "dsg"

/** Nothing but TLS keeps what travels from others. */
export const isInClear = ({ packaging }: Agreed): boolean =>
  packaging.form !== "sealed" && packaging.form !== "den"

/** Does it travel in the submission's ZIP? */
export const isZipped = ({ packaging: { form, manifest } }: Agreed, role: DocumentRole): boolean =>
  form === "zip" && (role === "instance" || (role === "manifest" && manifest === "inside"))

/** No image leaves: what is sent names them. */
export const isWithoutImages = ({ packaging }: Agreed): boolean => packaging.form === "manifest-and-pdf"

/** A repository keeps for others: nobody in particular is meant. */
export const isRepository = ({ packaging }: Agreed): boolean => packaging.to === "repository"

/** mimeType of the octets on the wire, which is what metadata say (ITI TF-3 4.2.3.2.18). */
export const wireMimeType = (agreed: Agreed, clearMimeType: string): string =>
  isInClear(agreed) ? clearMimeType : MIME.cms

/** An image in clear is known by its SOP Instance UID; what is encrypted is another document each time (domain.md 3). */
export const isKnownBySopInstance = isInClear

/** Signatures, receipts and notices are for those who speak of them; the rest any IHE partner reads. */
const ANYBODYS: readonly DocumentRole[] = ["instance", "manifest", "request", "cda", "pdf", "consent"]
/** To an archive nothing is said. */
const ARCHIVED: readonly DocumentRole[] = ["instance"]
/** The request as PDF is an attachment of its study. */
const ON_PAPER: readonly DocumentRole[] = ["manifest", "attachment", "pdf"]
const UNDERSTOOD: Readonly<Record<DocumentForm, readonly DocumentRole[]>> = {
  sealed: ANYBODYS,
  den: ANYBODYS,
  plain: ANYBODYS,
  zip: ANYBODYS,
  stow: ARCHIVED,
  "manifest-and-pdf": ON_PAPER,
}
export const isUnderstood = (agreed: Agreed, role: DocumentRole): boolean =>
  isSealing(agreed) || UNDERSTOOD[agreed.packaging.form].includes(role)

/** `読影委託契約書 別紙3 (2026-04-01)`; null where nothing travels unencrypted. For check-config, audit trail and verdicts. */
export const permissionWords = ({ packaging: { permission } }: Agreed): string | null =>
  permission === null ? null : `${permission.document} (${permission.date})`

/** For the audit trail of each exchange. */
export function exchangeWords(agreed: Agreed): string | null {
  const permission = permissionWords(agreed)
  return permission === null ? null : `unencrypted by agreement: ${permission}`
}
