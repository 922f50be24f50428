/** Pack: one document made ready for the line. It is sealed once, and what is put around it is made once. */
import type { Code } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { uuidUrn } from "../ids.ts"
import type { EntryFacts, Subject } from "../metadata.ts"
import type { ObjectMeta, SealedObject, Segment } from "../ports/spool.ts"
import type { DocumentRecord, DocumentRole } from "../records/submission.ts"
import type { World } from "../world.ts"
import { kept, transmittedHash, wrappingFor, type Wrapping } from "./wrapping.ts"

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

/** A document ready for the line. */
export interface Packed {
  readonly content: Content
  readonly object: SealedObject
  readonly facts: EntryFacts
  readonly wrapping: Wrapping
  /** uniqueId of the ZIP it lies in; absent = it is a document of the submission. */
  readonly within?: string
  readonly signed: { readonly uniqueId: string; readonly sha256: Uint8Array; readonly mimeType: string }
}

/** Seals what is not sealed yet and makes its header; durable after the segment's sync. */
export async function pack(
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
  const { mimeType } = content
  const wrapping = wrappingFor(world, agreement, object, mimeType)
  const facts: EntryFacts = {
    ...content,
    entryUUID: uuidUrn(world.chance),
    hash: await transmittedHash(world.spool, object.place, { ...wrapping, mimeType }),
    sizeBytes: wrapping.lengthBytes,
  }
  return {
    content,
    object,
    facts,
    wrapping,
    signed: { uniqueId: content.uniqueId, sha256: object.facts.sha256, mimeType },
  }
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

export function documentRecord(submissionId: string, ordinal: number, packed: Packed): DocumentRecord {
  return {
    submissionId,
    ordinal,
    role: packed.content.role,
    ...(packed.within === undefined ? {} : { within: packed.within }),
    uniqueId: packed.content.uniqueId,
    entryUUID: packed.facts.entryUUID,
    place: packed.object.place,
    hash: packed.facts.hash,
    sizeBytes: packed.facts.sizeBytes,
    sha256: Buffer.from(packed.object.facts.sha256).toString("hex"),
    clearMimeType: packed.content.mimeType,
    private: kept(packed.wrapping),
  }
}
