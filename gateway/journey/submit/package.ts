/**
 * Package: a planned submission becomes one that can be sent, and sent again, without a byte changing. One that is too large
 * for one piece first becomes units, one at a time, and then what closes them.
 *
 * New documents are sealed beside the images; the SubmissionSet signature lists exactly the set; each object gets
 * its CMS header once. What goes on the line is prefix ‖ ciphertext from the spool ‖ suffix.
 */
import type { Association, Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { plan } from "../assemble/release.ts"
import { PURPOSE } from "../codes.ts"
import { DokueiError, type ErrorCode } from "../errors.ts"
import { uuidOid, uuidUrn } from "../ids.ts"
import { agreementInForce, held } from "../keep.ts"
import { lastingFault } from "../lasting-fault.ts"
import { documentEntry, submissionSet, type Subject } from "../metadata.ts"
import { documentRecord, pack, type Content, type Packed } from "./pack.ts"
import { packZip } from "./pack-zip.ts"
import { isSealing, isUnderstood, isZipped } from "../packaging.ts"
import type { SealedObject, Segment } from "../ports/spool.ts"
import { putAside } from "./put-aside.ts"
import type { JobRecord, Verb } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { due, retryOf, type Decision, type Outcome } from "../run.ts"
import { signSubmissionSet } from "./sign.ts"
import { stampRule } from "./stamp-rule.ts"
import type { World } from "../world.ts"

/** A document of this submission, and one the recipient has. */
interface Related {
  readonly uniqueId: string
  readonly entryUUID: string
}

export interface Contents {
  readonly subject: Subject
  readonly contents: readonly Content[]
  /** uniqueIds signed by a document of role "signature" or "receipt", for `signs` associations. */
  readonly signs: readonly { readonly by: string; readonly what: string }[]
  /** entryUUIDs at the recipient that these documents replace. */
  readonly replaces: readonly Related[]
  /** And those they are added to. */
  readonly appends?: readonly Related[]
  /** entryUUIDs, in earlier submissions, of what a document of role "signature" signs as well. */
  readonly signsEarlier?: readonly { readonly by: string; readonly entryUUID: string }[]
  /** It is a unit of the submission that is to be made; so much is left for the next ones. */
  readonly unit?: { readonly bytesLeft: number }
  /** What else is written once the documents are sealed; by uniqueId. */
  readonly sealed?: (objects: ReadonlyMap<string, SealedObject>) => readonly Change[]
}

/** It cannot be made now: so long as `isStill` the answer would be the same. */
export interface Waits {
  readonly isStill: () => Promise<boolean>
  /** When it is looked at again, and by which step first; absent = when it is woken, and by this one. */
  readonly again?: { readonly afterMs: number; readonly by: Verb }
}
/** It cannot be made at all: a unit of it was given up, for this reason. */
export interface Stopped {
  readonly failureCode: string
}

/** What each kind of submission holds; answered by the files named after the kinds. */
export type ContentsOf = (
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
) => Promise<Contents | Waits | Stopped>

export async function packageSubmission(
  world: World,
  contentsOf: Readonly<Record<SubmissionRecord["kind"], ContentsOf>>,
  job: JobRecord,
): Promise<Outcome | Decision> {
  const record = await world.ledger.submission(job.subject)
  const step = record === null ? null : next("submission-out", record.state, "packaged")
  if (record === null || step === null) return { changes: [] }
  const agreement = agreementInForce(world, record.agreement)
  if (agreement === null) return held(world.clock.now())
  try {
    const made = await contentsOf[record.kind](world, record, agreement)
    if ("isStill" in made) return waiting(world, record, made)
    if ("failureCode" in made) return { changes: putAside(world, record, "unusable", made.failureCode) }
    if (made.unit === undefined)
      return { changes: await inSegment(world, { ...record, state: step.to }, agreement, made) }
    return await oneUnit(world, { ...unitOf(world, record), state: step.to }, record, agreement, made)
  } catch (error) {
    return unpackaged(world, record, job, error)
  }
}

/** A unit is born when its bytes are: before there is nothing of it that anybody could wait for. */
const unitOf = (world: World, closing: SubmissionRecord): SubmissionRecord => ({
  ...plan(world, { kind: "unit", agreement: closing.agreement, slotId: closing.slotId }),
  studyId: closing.studyId,
  requestId: closing.requestId,
  partOf: closing.id,
  // Its place in the line is its study's.
  createdAt: closing.createdAt,
  private: { ...closing.private, submission: null, verdict: null },
})

/** The unit, ready to be sent; and the submission it is of is looked at again at once. */
async function oneUnit(
  world: World,
  unit: SubmissionRecord,
  closing: SubmissionRecord,
  agreement: Agreement,
  made: Contents,
): Promise<Outcome> {
  const changes = await inSegment(world, unit, agreement, made)
  const left: SubmissionRecord = { ...closing, bytesTotal: made.unit?.bytesLeft ?? 0, failureCode: null }
  return {
    changes: [...changes, { put: "submission", record: left }],
    again: { at: world.clock.now(), failureCode: null },
  }
}

/** Who ends what it waits for wakes it; this is for when that wake is lost with a ledger. */
const UNITS_LOOK_MS = 60_000

/** Under the study's lock: what it waits for ends before, and is seen, or after, and wakes it. */
function waiting(world: World, { id, studyId }: SubmissionRecord, { isStill, again }: Waits): Decision {
  return {
    locks: [studyId],
    decide: async () => {
      const now = world.clock.now()
      const later = new Date(now.getTime() + (again?.afterMs ?? UNITS_LOOK_MS))
      const at = (await isStill()) ? later : now
      return again === undefined || at === now
        ? { changes: [], again: { at, failureCode: null } }
        : { changes: [due(again.by, id, at)] }
    },
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
  const add = async (content: Content): Promise<unknown> =>
    sealed.push(await pack(world, made.subject, agreement, content, segment))
  const contents = made.contents.filter(({ role }) => isUnderstood(agreement, role))
  const zipped = contents.filter(({ role }) => isZipped(agreement, role))
  for (const content of contents) if (!zipped.includes(content)) await add(content)
  if (zipped.length > 0) sealed.push(...(await packZip(world, made.subject, zipped, segment)))
  if (isSealing(agreement)) {
    const signed = sealed.map((each) => each.signed)
    const rule = await stampRule(world, record)
    await add(setSignature(world, await signSubmissionSet(world, agreement, rule, setUid, signed), at))
  }
  await segment.sync()
  const travelling = sealed.filter(({ within }) => within === undefined)
  const submission = describe(world, made, record, travelling, setUid, at)
  const done: SubmissionRecord = {
    ...record,
    submissionSetUid: setUid,
    failureCode: null,
    bytesTotal: travelling.reduce((sum, each) => sum + each.facts.sizeBytes, 0),
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
  const signsEarlier = (made.signsEarlier ?? []).flatMap(({ by, entryUUID }): Association[] => {
    const source = entryOf.get(by)
    return source === undefined ? [] : [{ type: "signs", source, target: entryUUID }]
  })
  const related = (type: "RPLC" | "APND", to: readonly Related[]): Association[] =>
    to.flatMap(({ uniqueId, entryUUID }) => {
      const source = entryOf.get(uniqueId)
      return source === undefined ? [] : [{ type, source, target: entryUUID }]
    })
  return [
    ...signs,
    ...signsEarlier,
    ...related("RPLC", made.replaces),
    ...related("APND", made.appends ?? []),
  ]
}
