/**
 * Renew: the hospital's own copy of a report's signature, which has to outlast certificates, authorities and algorithms.
 *
 * What was received stays as it is, octet by octet, and receipts and digests go on to name it. Beside it lies a copy of our
 * own, to which is added what the received one lacks: a time stamp, the evidence once lists from after the signature are
 * here, and an archive time stamp whenever one is due (standards/dsg/renewal.ts). A copy takes the place of the one
 * before only when it holds.
 */
import { C14N_11_WITH_COMMENTS } from "../../standards/dsg/algorithms.ts"
import { archiveStampInput, withArchiveTimeStamp, type DocumentOctets } from "../../standards/dsg/archive.ts"
import { type Gathered, type PathEvidence, gatherEvidence, isWhole } from "../../standards/dsg/gather.ts"
import { lengthened, withMissingEvidence } from "../../standards/dsg/long-term.ts"
import { isOfUse, renewalReasons } from "../../standards/dsg/renewal.ts"
import { readSignatureDocument, type SignatureDocument } from "../../standards/dsg/signature-document.ts"
import { isStamped, timeStampInput, withTimeStamp } from "../../standards/dsg/time-stamp.ts"
import type { SignatureTrust } from "../../standards/dsg/trust.ts"
import { verifySignature, type Verification } from "../../standards/dsg/verify.ts"
import { MAX_KEPT_EVIDENCE } from "../../standards/dsg/xades-read.ts"
import { audit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { ContentError } from "../errors.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf } from "../keep.ts"
import { readWhole } from "../read-whole.ts"
import type { SealedObject } from "../ports/spool.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { LongTermCopy } from "../records/submission.ts"
import type { Decision, Outcome } from "../run.ts"
import { sealBytes } from "../submit/pack.ts"
import { documentOf, longTermOwner, ownedDocument } from "../submit/report-documents.ts"
import { agreedThen } from "./agreed-then.ts"
import { holds } from "./verify.ts"
import type { World } from "../world.ts"

const DAY_MS = 86_400_000
/** Lists are issued daily; in the evening of the day after the one from after the signature is here. */
const EVIDENCE_LOOK_MS = DAY_MS
/** Longer than that nobody waits for lists from after the signature: those at hand are kept. */
const EVIDENCE_WAIT_MS = 30 * DAY_MS
const RENEWAL_LOOK_MS = 30 * DAY_MS

/** When a report that has just been verified is looked at first. */
export const firstRenewal = (now: Date): Date => new Date(now.getTime() + EVIDENCE_LOOK_MS)

/** @throws TimeStampError, and ContentError ERR_REPORT_SIGNATURE when what was made does not hold and what was there does */
export async function renew(world: World, job: JobRecord): Promise<Outcome | Decision> {
  const report = await world.ledger.report(job.subject)
  const verdict = report?.private.signature ?? null
  if (report === null || verdict === null || !holds(verdict.outcome)) return { changes: [] }
  const now = world.clock.now()
  const place = report.private.longTerm?.place ?? documentOf(report, "signature").place
  const received = await readWhole(world.spool, place)
  const request = await world.ledger.request(report.requestId)
  const agreement = agreementOf(world, request?.agreement ?? null)
  const look: Look = {
    timeStamps: world.timeStamps,
    trust: world.trust.report(agreement && agreedThen(agreement, verdict)),
    now,
    octets: await signedOctets(world, report),
  }
  const made = await renewed(look, received)
  const lookMs = isSettled(look, made) ? RENEWAL_LOOK_MS : EVIDENCE_LOOK_MS
  const again = { at: new Date(now.getTime() + lookMs), failureCode: null }
  if (Buffer.compare(made, received) === 0) return { changes: [], again }
  const verification = judged(look, made)
  if (!holds(verification.verdict.outcome)) return notKept(look, report, received, verification)
  const copy = await sealedCopy(world, report, made)
  return {
    locks: [report.requestId],
    // Staff may have acknowledged it meanwhile.
    decide: async () => {
      const fresh = await world.ledger.report(report.id)
      return fresh === null ? { changes: [] } : { changes: kept(world, fresh, copy, verification), again }
    },
  }
}

/**
 * What was made does not hold. Nor did what was there, by what is known today (its signer's key was in other hands, since nobody
 * knows when): nothing that is added to it mends that. A person is told; it is looked at like one that rests, for an authority
 * may yet say since when.
 *
 * @throws ContentError ERR_REPORT_SIGNATURE: it held before we added to it
 */
function notKept(look: Look, report: ReportRecord, received: Uint8Array, made: Verification): Outcome {
  if (holds(judged(look, received).verdict.outcome))
    throw new ContentError("ERR_REPORT_SIGNATURE", `the long-term copy of ${report.id} does not hold`)
  const open = made.verdict.tests.find(({ outcome }) => outcome !== "pass")
  const why = open === undefined ? made.verdict.outcome : `${open.name}: ${open.detail}`
  return {
    changes: [],
    again: { at: new Date(look.now.getTime() + RENEWAL_LOOK_MS), failureCode: "ERR_REPORT_DOUBTED" },
    fault: new ContentError("ERR_REPORT_DOUBTED", `the signature of ${report.id} is in doubt: ${why}`),
  }
}

/** One look at one copy: the same time, and the same trust as the report's own verdict, all through. */
interface Look extends Pick<World, "timeStamps"> {
  readonly trust: SignatureTrust
  readonly now: Date
  /** Of CDA and PDF: where SignedInfo names them an archive time stamp covers them themselves. */
  readonly octets: DocumentOctets
}

async function signedOctets(world: World, report: ReportRecord): Promise<DocumentOctets> {
  const signed = report.private.documents.filter(({ role }) => role === "cda" || role === "pdf")
  const read = signed.map(async (each) => [each.uniqueId, await readWhole(world.spool, each.place)] as const)
  return new Map(await Promise.all(read))
}

/** With all that is due; the same octets when nothing is. */
async function renewed(look: Look, received: Uint8Array): Promise<Uint8Array> {
  const stamped = isStamped(received) ? received : await stampedHere(look, received)
  return archived(look, await withEvidence(look, stamped))
}

/** Signed while its own authority did not answer: ours says since when it is here. */
async function stampedHere({ timeStamps }: Look, xml: Uint8Array): Promise<Uint8Array> {
  const token = await timeStamps.stamp(timeStampInput(xml, C14N_11_WITH_COMMENTS))
  return withTimeStamp(xml, token, C14N_11_WITH_COMMENTS)
}

async function withEvidence(look: Look, xml: Uint8Array): Promise<Uint8Array> {
  const { trust, now, timeStamps } = look
  const document = readCopy(xml)
  const gathered = gatherEvidence(document, trust, now)
  if (gathered === null || !isWhole(gathered) || isSettled(look, xml)) return xml
  // It has evidence from before the signature, or before its second time stamp: lists from after these are added.
  if (document.evidenceNamed !== null)
    return gathered.signer.isLater ? withMissingEvidence(xml, gathered) : xml
  if (!gathered.signer.isLater && !hasWaited(gathered, now)) return xml
  const stamp = (octets: Uint8Array) => timeStamps.stamp(octets)
  return (await lengthened(xml, trust, now, C14N_11_WITH_COMMENTS, stamp)) ?? xml
}

const hasWaited = ({ stamps: [first] }: Gathered, now: Date): boolean =>
  now.getTime() - (first?.genTime?.getTime() ?? now.getTime()) > EVIDENCE_WAIT_MS

/** Nothing is awaited any more: what it carries is from after the signature, or nobody waits for that any longer. */
function isSettled({ trust, now }: Look, xml: Uint8Array): boolean {
  const document = readCopy(xml)
  if (document.archiveStamps.length > 0) return true
  if (document.evidenceNamed === null) return false
  const alone = { ...trust, crls: [], ocsp: [], timeStamp: { ...trust.timeStamp, crls: [], ocsp: [] } }
  const carried = gatherEvidence(document, alone, now)
  return carried !== null && (isFromAfter(carried.signer, carried.authorities) || hasWaited(carried, now))
}

const isFromAfter = (...paths: readonly (PathEvidence | null)[]): boolean =>
  paths.every((path) => path !== null && path.isComplete && path.isLater)

async function archived(look: Look, xml: Uint8Array): Promise<Uint8Array> {
  const { trust, now, octets } = look
  const document = readCopy(xml, octets)
  const gathered = gatherEvidence(document, trust, now)
  if (gathered === null) return xml
  const reasons = renewalReasons(document, gathered, trust, now)
  if (reasons.length === 0) return xml
  const ready = withMissingEvidence(xml, gathered)
  const token = await look.timeStamps.stamp(archiveStampInput(ready, C14N_11_WITH_COMMENTS, octets))
  const stamped = withArchiveTimeStamp(ready, token, C14N_11_WITH_COMMENTS)
  // One that is of no use would be one more to renew.
  const after = gatherEvidence(readCopy(stamped, octets), trust, now)
  return after !== null && isOfUse(reasons, gathered, after, now) ? stamped : xml
}

function judged({ trust, now, octets }: Look, xml: Uint8Array): Verification {
  const covered = readCopy(xml, octets).documents.flatMap(({ uniqueId, digest }) => {
    const own = octets.get(uniqueId)
    return digest === null || own === undefined ? [] : [{ uniqueId, sha256: digest, octets: own }]
  })
  const claimed = { documents: covered, submissionSetUniqueId: null }
  return verifySignature(xml, claimed, trust, now, { maxEvidence: MAX_KEPT_EVIDENCE })
}

/** With room for what is added to it, however much came along. */
const readCopy = (xml: Uint8Array, octets?: DocumentOctets): SignatureDocument =>
  readSignatureDocument(xml, octets, MAX_KEPT_EVIDENCE)

function kept(
  world: World,
  report: ReportRecord,
  { place, facts }: SealedObject,
  { level = "T" }: Verification,
): readonly Change[] {
  const at = world.clock.now().toISOString()
  const version = (report.private.longTerm?.version ?? 0) + 1
  const sha256 = Buffer.from(facts.sha256).toString("hex")
  const longTerm: LongTermCopy = { place, sha256, level, at, version }
  const { uniqueId } = documentOf(report, "signature")
  return [
    { put: "report", record: { ...report, private: { ...report.private, longTerm } } },
    ownedDocument(longTermOwner(report.id), version, { role: "signature", uniqueId, place, sha256 }),
    audit(`renewed/${report.id}/${version}`, {
      event: "signed",
      outcome: "success",
      at,
      objectId: report.id,
      description: `long-term copy of the signature, XAdES-${level}`,
    }),
  ]
}

async function sealedCopy(world: World, report: ReportRecord, xml: Uint8Array): Promise<SealedObject> {
  const segment = await world.spool.openSegment(report.slotId, "reserved")
  try {
    const what = { uniqueId: uuidOid(world.chance), SOPClassUID: "", mimeType: MIME.xml }
    const object = await sealBytes(world, { StudyInstanceUID: "" }, what, xml, segment)
    await segment.sync()
    return object
  } finally {
    await segment.close()
  }
}
