/**
 * Sign: DSG documents by the gateway's seal or by a person's own key, with a time stamp (XAdES-T), and by agreement with the
 * evidence a verifier needs later (XAdES-X-L).
 *
 * 施設シール and 署名 are different things: a seal says which gateway submitted, a signature says who answers for
 * the words.
 */
import { C14N_11_WITH_COMMENTS, EXC_C14N } from "../../standards/dsg/algorithms.ts"
import { COMMITMENT, RECEIPT_COMMITMENTS, type Commitment } from "../../standards/dsg/commitment.ts"
import { lengthened } from "../../standards/dsg/long-term.ts"
import { buildSignature, type SignedDocument } from "../../standards/dsg/sign.ts"
import { timeStampInput, withTimeStamp } from "../../standards/dsg/time-stamp.ts"
import type { PersonTrust, SignatureTrust } from "../../standards/dsg/trust.ts"
import { PLAIN_FORM, type Agreement, type SignatureForm } from "../agreement.ts"
import { MIME, PURPOSE } from "../codes.ts"
import { ReportError, TimeStampError } from "../errors.ts"
import { uuid } from "../ids.ts"
import { isAddendum } from "../lineage.ts"
import { signingFault } from "../read/signing-certificate.ts"
import type { Person } from "../ports/person.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRole } from "../records/submission.ts"
import type { World } from "../world.ts"

interface Signer {
  readonly chain: readonly Uint8Array[]
  sign(bytes: Uint8Array, parts: readonly Uint8Array[]): Promise<Uint8Array>
}

/** `may-follow`: where no time-stamp authority answers the signature is made without its stamp. */
export type StampRule = "needed" | "may-follow"

/** SubmissionSet signature by our seal: exactly these documents, and the set's uniqueId (ITI TF-3 5.5.2). */
export function signSubmissionSet(
  world: World,
  agreement: Agreement,
  rule: StampRule,
  setUid: string,
  documents: readonly SignedDocument[],
): Promise<Uint8Array> {
  return sealed(world, agreement, rule, documents, setUid, [COMMITMENT.source])
}

/** Closing signature: Detached, over manifest, request and the signature of every unit (domain.md 5). */
export function signClosing(
  world: World,
  agreement: Agreement,
  rule: StampRule,
  documents: readonly SignedDocument[],
): Promise<Uint8Array> {
  return sealed(world, agreement, rule, documents, null, [COMMITMENT.source])
}

/** Receipt: Detached signature over the sender's closing signature, which names all else (domain.md 5). */
export function signReceipt(
  world: World,
  agreement: Agreement,
  closing: SignedDocument,
): Promise<Uint8Array> {
  return sealed(world, agreement, "needed", [closing], null, RECEIPT_COMMITMENTS)
}

/** What the radiologist signs, and for what. */
export interface ToSign {
  readonly documents: readonly {
    readonly role: DocumentRole
    readonly uniqueId: string
    readonly sha256: string
  }[]
  readonly purposes: readonly (keyof typeof COMMITMENT & keyof typeof PURPOSE)[]
}

/** An addendum is signed as one, too (ITI TF-3 5.5.2.2). A seal is no author: it says what its gateway received and passes on. */
export function purposesOf(
  report: ReportRecord,
  agreement: Pick<Agreement, "reportSignature"> | null,
): ToSign["purposes"] {
  const by = agreement?.reportSignature === "seal+passkey" ? "review" : "author"
  return isAddendum(report) ? [by, "addendum"] : [by]
}

/**
 * The signature over CDA and PDF, by the level agreed: the radiologist's own, or our seal after they agreed by passkey (`pin` is
 * not looked at then). Without its time stamp when the authority does not answer now.
 *
 * @throws KeyError for a wrong PIN, ReportError for a certificate that may not sign
 */
export async function signReport(
  world: World,
  agreement: Agreement | null,
  person: Pick<Person, "login" | "name">,
  pin: string,
  { documents, purposes }: ToSign,
): Promise<{ readonly xml: Uint8Array; readonly isStamped: boolean }> {
  const signed = documents.map((each): SignedDocument => ({
    uniqueId: each.uniqueId,
    sha256: Buffer.from(each.sha256, "hex"),
    mimeType: each.role === "pdf" ? MIME.pdf : MIME.xml,
  }))
  const trust = world.trust.report(agreement)
  const signer = trust.kind === "seal" ? seal(world) : await ownKey(world, trust, agreement, person, pin)
  const commitments = purposes.map((purpose) => COMMITMENT[purpose])
  const form = formOf(agreement)
  const xml = await signature(world, signer, form, signed, null, commitments)
  const stamped = await stampedUnlessAway(world, xml, form, trust)
  return { xml: stamped ?? xml, isStamped: stamped !== null }
}

/**
 * As `withStamp`; null while no authority answers. An answer that does not check is no outage: it is thrown, and nothing is
 * signed past it.
 *
 * @throws TimeStampError that does not pass by itself
 */
export const stampedUnlessAway = (...what: Parameters<typeof withStamp>): Promise<Uint8Array | null> =>
  unlessAway(() => withStamp(...what))

async function unlessAway<T>(stamp: () => Promise<T>): Promise<T | null> {
  try {
    return await stamp()
  } catch (error) {
    if (error instanceof TimeStampError && error.failure !== "permanent") return null
    throw error
  }
}

/** Of a signature document: what it was made for, the narrowest last (ITI TF-3 5.5.2.2). */
export const titleOf = (purposes: ToSign["purposes"]): string =>
  purposes.map((purpose) => PURPOSE[purpose].display).at(-1) ?? ""

/** @throws ReportError ERR_SIGN_CERTIFICATE, before a PIN is tried */
async function ownKey(
  world: World,
  trust: PersonTrust,
  agreement: Agreement | null,
  person: Pick<Person, "login" | "name">,
  pin: string,
): Promise<Signer> {
  const chain = await world.personKeys.chain(person.login)
  // Would the hospital accept this certificate now?
  const fault = signingFault(trust, person, chain, agreement, world.clock.now())
  if (fault !== null) throw new ReportError("ERR_SIGN_CERTIFICATE", fault)
  return { chain, sign: (bytes, parts) => world.personKeys.sign(person.login, pin, bytes, parts) }
}

const seal = (world: World): Signer => ({
  chain: world.keys.chain("seal"),
  sign: (bytes) => world.keys.sign("seal", bytes),
})

/** Whatever was agreed when it was made. */
export const formOf = (agreement: Agreement | null): SignatureForm => agreement?.signatures ?? PLAIN_FORM

async function sealed(
  world: World,
  agreement: Agreement,
  rule: StampRule,
  ...what: [readonly SignedDocument[], string | null, readonly Commitment[]]
): Promise<Uint8Array> {
  const form = formOf(agreement)
  const xml = await signature(world, seal(world), form, ...what)
  const trust = world.trust.seal(agreement)
  return rule === "needed"
    ? withStamp(world, xml, form, trust)
    : ((await stampedUnlessAway(world, xml, form, trust)) ?? xml)
}

/**
 * The signature document with its time stamp (XAdES-T); at X-L where that is agreed and every list is at hand. While one is
 * missing, or no authority answers for the second stamp, it stays at T: the technician's page tells of it, and whoever receives
 * the document adds what it lacks.
 *
 * @throws TimeStampError
 */
export async function withStamp(
  world: World,
  xml: Uint8Array,
  form: SignatureForm,
  trust: SignatureTrust,
): Promise<Uint8Array> {
  const canonicalization = canonicalizationOf(form)
  const stamp = (octets: Uint8Array) => world.timeStamps.stamp(octets)
  const stamped = withTimeStamp(xml, await stamp(timeStampInput(xml, canonicalization)), canonicalization)
  if (form.level === "T") return stamped
  const lengthen = () => lengthened(stamped, trust, world.clock.now(), canonicalization, stamp)
  return (await unlessAway(lengthen)) ?? stamped
}

const canonicalizationOf = ({ level }: SignatureForm) => (level === "X-L" ? C14N_11_WITH_COMMENTS : EXC_C14N)

/** XAdES-BES: signed, not stamped yet. */
async function signature(
  world: World,
  signer: Signer,
  form: SignatureForm,
  documents: readonly SignedDocument[],
  submissionSetUniqueId: string | null,
  commitments: readonly Commitment[],
): Promise<Uint8Array> {
  const unsigned = buildSignature({
    signatureId: `S-${uuid(world.chance)}`,
    layout: form.references,
    canonicalization: canonicalizationOf(form),
    chain: signer.chain,
    signingTime: world.clock.now(),
    documents,
    submissionSetUniqueId,
    commitments,
  })
  return unsigned.finish(await signer.sign(unsigned.toBeSigned, unsigned.parts))
}
