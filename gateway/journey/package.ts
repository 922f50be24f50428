/**
 * Package: a planned submission becomes one that can be sent, and sent again, without a byte changing.
 *
 * New documents are sealed beside the images; the SubmissionSet signature lists exactly the set; each object gets
 * its CMS header once. What goes on the line is prefix ‖ ciphertext from the spool ‖ suffix.
 */
import { createHash } from "node:crypto"
import type { Association, Code, Submission } from "../standards/xds/submission.ts"
import {
  ENVELOPE_SUFFIX_LENGTH_BYTES,
  envelopePrefix,
  envelopeSuffix,
} from "../standards/cms/auth-enveloped-data.ts"
import { PURPOSE } from "./codes.ts"
import { uuidOid, uuidUrn } from "./ids.ts"
import { agreementInForce, held } from "./keep.ts"
import { documentEntry, submissionSet, type EntryFacts, type Subject } from "./metadata.ts"
import { reached } from "./milestones.ts"
import type { ObjectMeta, SealedObject, Segment } from "./ports.ts"
import type { Change, DocumentRecord, DocumentRole, JobRecord, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import { due, type Outcome } from "./run.ts"
import { signSubmissionSet } from "./sign.ts"
import type { World } from "./world.ts"
import type { Agreement } from "./agreement.ts"

/** One document to be submitted: bytes still to be sealed, or an object that is sealed already. */
export interface Content {
  readonly role: DocumentRole
  readonly uniqueId: string
  readonly title: string
  readonly mimeType: string
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly createdAt: Date
  readonly purposes: readonly Code[]
  readonly legalAuthenticator: string | null
  readonly body: { readonly bytes: Uint8Array } | { readonly sealed: SealedObject }
}

export interface Contents {
  readonly subject: Subject
  readonly contents: readonly Content[]
  /** uniqueIds signed by a document of role "signature" or "receipt", for `signs` associations. */
  readonly signs: readonly { readonly by: string; readonly what: string }[]
  /** entryUUIDs at the recipient that these documents replace. */
  readonly replaces: readonly { readonly uniqueId: string; readonly entryUUID: string }[]
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
  const made = await contentsOf[record.kind](world, record, agreement)
  const segment = await world.spool.openSegment(record.slotId)
  try {
    return await packaged(world, { ...record, state: step.to }, agreement, made, segment)
  } finally {
    await segment.close()
  }
}

async function packaged(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  made: Contents,
  segment: Segment,
): Promise<Outcome> {
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
    bytesTotal: sealed.reduce((sum, each) => sum + each.facts.sizeBytes, 0),
    private: { ...record.private, submission },
  }
  const documents: Change[] = sealed.map((each, index) => ({
    put: "document",
    record: documentRecord(record.id, index, each),
  }))
  world.notify(record.requestId)
  return {
    changes: [
      { put: "submission", record: done },
      ...documents,
      ...reached(done, "sealed", at.toISOString()),
      due("submit", record.id, at),
    ],
  }
}

/** A document ready for the line. */
interface Packed {
  readonly content: Content
  readonly object: SealedObject
  readonly facts: EntryFacts
  readonly prefix: Uint8Array
  readonly suffix: Uint8Array
  readonly signed: { readonly uniqueId: string; readonly sha256: Uint8Array; readonly mimeType: string }
}

async function pack(
  world: World,
  subject: Subject,
  agreement: Agreement,
  content: Content,
  segment: Segment,
): Promise<Packed> {
  const object =
    "sealed" in content.body
      ? content.body.sealed
      : await sealBytes(world, subject, content, content.body.bytes, segment)
  const { cek, nonce, tag, ciphertextLengthBytes, sha256 } = object.facts
  const recipients = [agreement.objectCertificate]
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes, recipients, chance: world.chance })
  const suffix = envelopeSuffix(tag)
  const facts: EntryFacts = {
    ...content,
    entryUUID: uuidUrn(world.chance),
    hash: await transmittedHash(world, prefix, object, suffix),
    sizeBytes: prefix.length + ciphertextLengthBytes + ENVELOPE_SUFFIX_LENGTH_BYTES,
  }
  return {
    content,
    object,
    facts,
    prefix,
    suffix,
    signed: { uniqueId: content.uniqueId, sha256, mimeType: content.mimeType },
  }
}

/** XDS hash (ITI TF-3 4.2.3.2.10): SHA-1 of the octets on the line; one more read of the ciphertext. */
async function transmittedHash(
  world: World,
  prefix: Uint8Array,
  object: SealedObject,
  suffix: Uint8Array,
): Promise<string> {
  const hash = createHash("sha1").update(prefix)
  const inSpool = await world.spool.open(object.place)
  for await (const chunk of inSpool.ciphertext()) hash.update(chunk)
  return hash.update(suffix).digest("hex")
}

/** Seals a new document into the segment; durable after the segment's sync. */
export async function sealBytes(
  world: World,
  subject: Pick<Subject, "StudyInstanceUID">,
  content: Pick<Content, "uniqueId" | "SOPClassUID" | "mimeType">,
  bytes: Uint8Array,
  segment: Segment,
): Promise<SealedObject> {
  const writer = await segment.begin("document", new Uint8Array(0))
  await writer.write(bytes)
  const meta: ObjectMeta = {
    StudyInstanceUID: subject.StudyInstanceUID,
    SeriesInstanceUID: "",
    uniqueId: content.uniqueId,
    SOPClassUID: content.SOPClassUID,
    TransferSyntaxUID: "",
    mimeType: content.mimeType,
    callingAE: "",
    calledAE: "",
    source: world.site.oid,
    receivedAt: world.clock.now().toISOString(),
    supersedes: null,
  }
  return writer.finish(meta)
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

function documentRecord(submissionId: string, ordinal: number, packed: Packed): DocumentRecord {
  return {
    submissionId,
    ordinal,
    role: packed.content.role,
    uniqueId: packed.content.uniqueId,
    entryUUID: packed.facts.entryUUID,
    place: packed.object.place,
    hash: packed.facts.hash,
    sizeBytes: packed.facts.sizeBytes,
    sha256: Buffer.from(packed.object.facts.sha256).toString("hex"),
    clearMimeType: packed.content.mimeType,
    private: {
      envelopePrefix: Buffer.from(packed.prefix).toString("base64"),
      envelopeSuffix: Buffer.from(packed.suffix).toString("base64"),
    },
  }
}
