/**
 * Package: a planned submission becomes one that can be sent, and sent again, without a byte changing.
 *
 * New documents are sealed beside the images; the SubmissionSet signature lists exactly the set; each object gets
 * its CMS header once. What goes on the line is prefix ‖ ciphertext from the spool ‖ suffix.
 */
import type { Association, Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { PURPOSE } from "../codes.ts"
import { DokueiError, type ErrorCode } from "../errors.ts"
import { uuidOid, uuidUrn } from "../ids.ts"
import { agreementInForce, held } from "../keep.ts"
import { lastingFault } from "../lasting-fault.ts"
import { documentEntry, submissionSet, type Subject } from "../metadata.ts"
import { documentRecord, pack, type Content, type Packed } from "./pack.ts"
import type { SealedObject, Segment } from "../ports.ts"
import { putAside } from "./put-aside.ts"
import type { Change, JobRecord, SubmissionRecord } from "../records.ts"
import { next } from "../route.ts"
import { due, retryOf, type Outcome } from "../run.ts"
import { signSubmissionSet } from "./sign.ts"
import type { World } from "../world.ts"

export interface Contents {
  readonly subject: Subject
  readonly contents: readonly Content[]
  /** uniqueIds signed by a document of role "signature" or "receipt", for `signs` associations. */
  readonly signs: readonly { readonly by: string; readonly what: string }[]
  /** entryUUIDs at the recipient that these documents replace. */
  readonly replaces: readonly { readonly uniqueId: string; readonly entryUUID: string }[]
  /** What else is written once the documents are sealed; by uniqueId. */
  readonly sealed?: (objects: ReadonlyMap<string, SealedObject>) => readonly Change[]
}

/** What each kind of submission holds; answered by the files named after the kinds. */
export type ContentsOf = (world: World, record: SubmissionRecord, agreement: Agreement) => Promise<Contents>

export async function packageSubmission(
  world: World,
  contentsOf: Readonly<Record<SubmissionRecord["kind"], ContentsOf>>,
  job: JobRecord,
): Promise<Outcome> {
  const record = await world.ledger.submission(job.subject)
  const step = record === null ? null : next("submission-out", record.state, "packaged")
  if (record === null || step === null) return { changes: [] }
  const agreement = agreementInForce(world, record.agreement)
  if (agreement === null) return held(world.clock.now())
  try {
    const made = await contentsOf[record.kind](world, record, agreement)
    return { changes: await inSegment(world, { ...record, state: step.to }, agreement, made) }
  } catch (error) {
    return unpackaged(world, record, job, error)
  }
}

/** Put aside, or tried again with the reason written down where people see it. */
function unpackaged(world: World, record: SubmissionRecord, job: JobRecord, error: unknown): Outcome {
  const lasting = lastingFault(error)
  if (lasting !== null) return { changes: putAside(world, record, "unusable", lasting), fault: error }
  if (!(error instanceof DokueiError)) throw error
  return {
    changes: [{ put: "submission", record: { ...record, failureCode: error.code as ErrorCode } }],
    again: retryOf(world, job, error),
    fault: error,
  }
}

/** One segment for all new documents; when packaging fails it goes, so that attempts leave nothing behind. */
async function inSegment(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  made: Contents,
): Promise<readonly Change[]> {
  // What leaves makes room: it may use what is kept back.
  const segment = await world.spool.openSegment(record.slotId, "reserved")
  try {
    const changes = await packaged(world, record, agreement, made, segment)
    await segment.close()
    return changes
  } catch (error) {
    await world.spool.discardSegment(segment.slotId, segment.segmentId)
    throw error
  }
}

async function packaged(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  made: Contents,
  segment: Segment,
): Promise<readonly Change[]> {
  const at = world.clock.now()
  const setUid = uuidOid(world.chance)
  const sealed: Packed[] = []
  for (const content of made.contents)
    sealed.push(await pack(world, made.subject, agreement, content, segment))
  const signature = await signSubmissionSet(
    world,
    setUid,
    sealed.map((each) => each.signed),
  )
  sealed.push(await pack(world, made.subject, agreement, setSignature(world, signature, at), segment))
  await segment.sync()
  const submission = describe(world, made, record, sealed, setUid, at)
  const done: SubmissionRecord = {
    ...record,
    submissionSetUid: setUid,
    failureCode: null,
    bytesTotal: sealed.reduce((sum, each) => sum + each.facts.sizeBytes, 0),
    private: { ...record.private, submission },
  }
  const documents: Change[] = sealed.map((each, index) => ({
    put: "document",
    record: documentRecord(record.id, index, each),
  }))
  const followUps = made.sealed?.(new Map(sealed.map((each) => [each.content.uniqueId, each.object]))) ?? []
  return [{ put: "submission", record: done }, ...documents, ...followUps, due("submit", record.id, at)]
}

function setSignature(world: World, xml: Uint8Array, at: Date): Content {
  return {
    role: "set-signature",
    uniqueId: uuidOid(world.chance),
    title: PURPOSE.source.display,
    mimeType: "text/xml",
    SOPClassUID: "",
    SOPInstanceUID: "",
    createdAt: at,
    purposes: [PURPOSE.source],
    legalAuthenticator: null,
    body: { bytes: xml },
  }
}

function describe(
  world: World,
  made: Contents,
  record: SubmissionRecord,
  sealed: readonly Packed[],
  setUid: string,
  at: Date,
): Submission {
  const set = { kind: record.kind, entryUUID: uuidUrn(world.chance), uniqueId: setUid, at }
  return {
    submissionSet: submissionSet(made.subject, set),
    documentEntries: sealed.map((each) => documentEntry(made.subject, each.facts)),
    associations: associations(made, sealed),
  }
}

function associations(made: Contents, sealed: readonly Packed[]): Association[] {
  const entryOf = new Map(sealed.map((each) => [each.content.uniqueId, each.facts.entryUUID]))
  const signs = made.signs.flatMap(({ by, what }): Association[] => {
    const [source, target] = [entryOf.get(by), entryOf.get(what)]
    return source === undefined || target === undefined ? [] : [{ type: "signs", source, target }]
  })
  const replaces = made.replaces.flatMap(({ uniqueId, entryUUID }): Association[] => {
    const source = entryOf.get(uniqueId)
    return source === undefined ? [] : [{ type: "RPLC", source, target: entryUUID }]
  })
  return [...signs, ...replaces]
}
