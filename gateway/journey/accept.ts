/**
 * Accept: what is checked before an ITI-41 is answered.
 *
 * Agreed peer? allowed by the agreement? addressed to us? seen before? Then each ciphertext goes to the spool as it
 * comes and is decrypted in memory in the same pass for tag and SHA-256. Before Success: pinned seal, signature
 * value, digests, exact set (domain.md 5). A fault refuses the whole submission and nothing is kept.
 */
import { envelopeSuffix } from "../standards/cms/auth-enveloped-data.ts"
import type { EnvelopeHeader } from "../standards/cms/envelope-header.ts"
import { readEnvelope } from "../standards/cms/envelope-reader.ts"
import { unwrapCek } from "../standards/cms/unwrap-cek.ts"
import { Malformed } from "../standards/malformed.ts"
import type { DocumentEntry, Submission } from "../standards/xds/submission.ts"
import { inForce } from "./agreement.ts"
import { importAudit } from "./audit.ts"
import { checkSetSignature } from "./check-signature.ts"
import { kindOf, roleOf } from "./codes.ts"
import { AcceptanceError, SpoolError } from "./errors.ts"
import { clearHead } from "./file-instance.ts"
import { uuid } from "./ids.ts"
import type { Inbound } from "./inbound.ts"
import { agreementOf } from "./keep.ts"
import { landing, type Landing } from "./landing.ts"
import { referenced } from "./metadata.ts"
import { reached } from "./milestones.ts"
import type {
  AdoptingWriter,
  ObjectMeta,
  PeerIdentity,
  SealedObject,
  Segment,
  SubmissionHandler,
  SubmissionIntake,
} from "./ports.ts"
import type { Change, DocumentRecord, DocumentRole, SubmissionKind, SubmissionRecord } from "./records.ts"
import { recognise } from "./recognise.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import type { World } from "./world.ts"

/** Signatures, requests, reports and notices are read whole; nothing legal of these kinds is larger. */
const MAX_SMALL_DOCUMENT_BYTES = 64 * 1024 * 1024

export function submissionHandler(world: World): SubmissionHandler {
  /** Submissions of one study come in one after the other; a second at the same time is told to wait. */
  const busy = new Set<string>()
  return {
    begin: async (peer, submission) => {
      const inbound = judge(world, peer, submission)
      const key = `${inbound.agreement.id}/${inbound.StudyInstanceUID}`
      if (busy.has(key))
        throw new AcceptanceError(
          "ERR_NOT_AGREED",
          "XDSRepositoryBusy",
          "another submission of this study is coming in",
        )
      busy.add(key)
      try {
        const earlier = await recognise(world, inbound)
        if (earlier !== null) return withEnd(earlier, () => busy.delete(key))
        return withEnd(await intake(world, inbound), () => busy.delete(key))
      } catch (error) {
        busy.delete(key)
        throw error
      }
    },
  }
}

function withEnd(inner: SubmissionIntake, end: () => void): SubmissionIntake {
  return {
    document: (entry, octets) => inner.document(entry, octets),
    commit: () => inner.commit().finally(end),
    abort: () => inner.abort().finally(end),
  }
}

/** Everything that can be judged from peer and metadata. */
function judge(world: World, peer: PeerIdentity, submission: Submission): Inbound {
  const { submissionSet: set, documentEntries } = submission
  const agreement = agreementOf(world, peer.agreement)
  const refuse = (code: AcceptanceError["code"], registryCode: string, context: string): never => {
    throw new AcceptanceError(code, registryCode, context)
  }
  if (agreement === null || !inForce(agreement, world.clock.now())) {
    return refuse("ERR_NOT_AGREED", "XDSRepositoryError", "no agreement is in force with this peer")
  }
  if (set.sourceId !== agreement.partner.oid) {
    return refuse("ERR_NOT_AGREED", "XDSRepositoryError", "sourceId is not the one agreed for this peer")
  }
  const kind = kindOf(set)
  if (kind === null || !agreement.accepts.includes(kind)) {
    return refuse("ERR_NOT_AGREED", "XDSRepositoryError", "contentTypeCode is outside the agreement")
  }
  const { intendedRecipient } = set
  if (
    intendedRecipient.length > 0 &&
    !intendedRecipient.some((each) => each.split("|")[0]?.split("^")[9] === world.site.oid)
  ) {
    return refuse("ERR_OTHER_RECIPIENT", "UnknownRecipient", "intendedRecipient names somebody else")
  }
  const ids = (type: string): string[] => [
    ...new Set(documentEntries.flatMap((each) => referenced(each, type))),
  ]
  const [StudyInstanceUID, ...otherStudies] = ids("urn:ihe:iti:xds:2016:studyInstanceUID")
  const [requestId, ...otherRequests] = ids("urn:ihe:iti:xdw:2013:workflowInstanceId")
  if (
    StudyInstanceUID === undefined ||
    requestId === undefined ||
    otherStudies.length + otherRequests.length > 0
  ) {
    return refuse(
      "ERR_METADATA",
      "XDSRepositoryMetadataError",
      "referenceIdList must name one study and one workflow instance",
    )
  }
  return { agreement, kind, submission, StudyInstanceUID, requestId }
}

interface Received {
  readonly entry: DocumentEntry
  readonly role: DocumentRole
  readonly object: SealedObject
}

async function intake(world: World, inbound: Inbound): Promise<SubmissionIntake> {
  const place = await landing(world, inbound)
  const segment = await world.spool.openSegment(place.slotId)
  const received: Received[] = []
  const drop = async (): Promise<void> => {
    await segment.close()
    await world.spool.discardSegment(place.slotId, segment.segmentId)
    if (place.fresh) await world.spool.destroySlot(place.slotId)
  }
  return {
    document: async (entry, octets) => {
      const role = roleOf(entry)
      if (role === null) throw contentFault(entry.uniqueId, "formatCode is outside the agreement")
      received.push({ entry, role, object: await adopt(world, inbound, segment, entry, octets) })
    },
    commit: async () => {
      const roles = await checked(world, inbound, received)
      await segment.sync()
      await segment.close()
      await record(world, inbound, place, segment, roles)
      return []
    },
    abort: drop,
  }
}

/** One CMS message → one sealed object: same content key, same nonce, same ciphertext; a new trailer. */
async function adopt(
  world: World,
  inbound: Inbound,
  segment: Segment,
  entry: DocumentEntry,
  octets: AsyncIterable<Uint8Array>,
): Promise<SealedObject> {
  let writer: AdoptingWriter | null = null
  let sealed: SealedObject | null = null
  try {
    for await (const part of readEnvelope(octets)) {
      if (part.kind === "header") writer = await openAdopting(world, segment, part.header)
      else if (part.kind === "ciphertext") await writer?.write(part.bytes)
      else sealed = (await writer?.finish(part.mac, metaOf(world, inbound, entry))) ?? null
    }
    if (sealed === null) throw contentFault(entry.uniqueId, "the encrypted document is not whole")
    return sealed
  } catch (error) {
    throw refusal(error, entry.uniqueId)
  }
}

async function openAdopting(world: World, segment: Segment, header: EnvelopeHeader): Promise<AdoptingWriter> {
  const [certificate] = world.keys.chain("object")
  if (certificate === undefined)
    throw new Malformed("NOT_A_RECIPIENT", "RFC 5652 §6.2", "we have no object certificate")
  const cek = await unwrapCek(header, certificate, {
    agree: (spki) => world.keys.agree("object", spki),
    decryptOaep: (ciphertext) => world.keys.decryptOaep("object", ciphertext),
  })
  return segment.adopt("submission", { cek, nonce: header.nonce })
}

function metaOf(world: World, inbound: Inbound, entry: DocumentEntry): ObjectMeta {
  return {
    StudyInstanceUID: inbound.StudyInstanceUID,
    SeriesInstanceUID: "",
    uniqueId: entry.uniqueId,
    SOPClassUID: roleOf(entry) === "instance" ? entry.formatCode.code : "",
    TransferSyntaxUID: "",
    mimeType: entry.mimeType,
    callingAE: "",
    calledAE: "",
    source: inbound.agreement.id,
    receivedAt: world.clock.now().toISOString(),
    supersedes: null,
  }
}

function contentFault(uniqueId: string, why: string, cause?: unknown): AcceptanceError {
  return new AcceptanceError("ERR_CONTENT", "InvalidDocumentContent", uniqueId, {
    cause: cause ?? new Error(why),
  })
}

/** The failure in the registry's words; codeContext is the document's uniqueId (ITI TF-3 table 4.2.4.1-2). */
function refusal(error: unknown, uniqueId: string): unknown {
  if (error instanceof Malformed) {
    if (error.code !== "NOT_A_RECIPIENT") return contentFault(uniqueId, error.message, error)
    return new AcceptanceError("ERR_OTHER_RECIPIENT", "InvalidDocumentContent", uniqueId, { cause: error })
  }
  if (error instanceof SpoolError) {
    if (error.code === "ERR_TAG_MISMATCH") return contentFault(uniqueId, error.message, error)
    return new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryOutOfResources", "no room or a disk fault", {
      cause: error,
    })
  }
  return error
}

/** Seal, value, digests, exact set. Returns the documents with the set's own signature told from the others. */
async function checked(
  world: World,
  inbound: Inbound,
  received: readonly Received[],
): Promise<readonly Received[]> {
  const candidates = received.filter((each) => each.role === "signature")
  const bytesOf = async (each: Received): Promise<Uint8Array> => {
    if (each.object.facts.clearLengthBytes > MAX_SMALL_DOCUMENT_BYTES)
      throw contentFault(each.entry.uniqueId, "too large")
    return clearHead(world.spool, each.object.place, MAX_SMALL_DOCUMENT_BYTES)
  }
  const signatures = await Promise.all(
    candidates.map(async (each) => ({ uniqueId: each.entry.uniqueId, xml: await bytesOf(each) })),
  )
  const documents = received.map((each) => ({
    uniqueId: each.entry.uniqueId,
    sha256: each.object.facts.sha256,
  }))
  const setSignature = checkSetSignature(
    world,
    inbound.agreement,
    inbound.submission.submissionSet.uniqueId,
    documents,
    signatures,
  )
  return received.map((each) => ({
    ...each,
    role: each.entry.uniqueId === setSignature ? "set-signature" : roleIn(inbound.kind, each.role),
  }))
}

/** In a receipt submission the other signature is the receipt itself. */
const roleIn = (kind: SubmissionKind, role: DocumentRole): DocumentRole =>
  kind === "receipt" && role === "signature" ? "receipt" : role

async function record(
  world: World,
  inbound: Inbound,
  place: Landing,
  segment: Segment,
  received: readonly Received[],
): Promise<void> {
  const at = world.clock.now()
  const accepted: SubmissionRecord = {
    id: uuid(world.chance),
    direction: "in",
    kind: inbound.kind,
    agreement: inbound.agreement.id,
    state: next("submission-in", "-", "accept")?.to ?? "accepted",
    studyId: place.studyId,
    requestId: place.requestId,
    reportId: null,
    answers: null,
    submissionSetUid: inbound.submission.submissionSet.uniqueId,
    slotId: place.slotId,
    segmentId: segment.segmentId,
    attempts: 0,
    failureCode: null,
    createdAt: at.toISOString(),
    acceptedAt: at.toISOString(),
    verifiedAt: null,
    bytesTotal: received.reduce((sum, each) => sum + (each.entry.size ?? 0), 0),
    private: { submission: inbound.submission, verdict: null },
  }
  const documents = received.map((each, ordinal): Change => ({
    put: "document",
    record: documentRecord(accepted.id, ordinal, each),
  }))
  await world.ledger.commit([
    ...place.changes,
    { put: "submission", record: accepted },
    ...documents,
    ...reached(accepted, "accepted", at.toISOString()),
    importAudit(world, accepted, "success", at.toISOString()),
    due("verify", accepted.id, at),
  ])
  world.notify(place.requestId)
}

/** A receiver keeps no RecipientInfo: prefix stays empty, the tag is in the trailer. */
function documentRecord(
  submissionId: string,
  ordinal: number,
  { entry, role, object }: Received,
): DocumentRecord {
  return {
    submissionId,
    ordinal,
    role,
    uniqueId: entry.uniqueId,
    entryUUID: entry.entryUUID,
    place: object.place,
    hash: entry.hash ?? "",
    sizeBytes: entry.size ?? 0,
    sha256: Buffer.from(object.facts.sha256).toString("hex"),
    clearMimeType: entry.mimeType,
    private: {
      envelopePrefix: "",
      envelopeSuffix: Buffer.from(envelopeSuffix(object.facts.tag)).toString("base64"),
    },
  }
}
