/**
 * An edge and a center without their doors, in one process that does what it is told and says what CPU time that took:
 * sealing, packaging, accepting, with the real spool, ledger, keys and signatures. Started by `package.ts` and
 * `start.ts` with `fork`, so that nothing else is on its bill.
 */
import { createWriteStream, readSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { AGREEMENT, PATIENT_ID_DOMAIN } from "../../deploy/demo/site.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { layFoundation, type Foundation } from "../../gateway/foundation/foundation.ts"
import { submissionHandler } from "../../gateway/journey/accept/accept.ts"
import { plan } from "../../gateway/journey/assemble/release.ts"
import { arrivalChanges, newStudy } from "../../gateway/journey/receive/arrival.ts"
import { uuid, uuidOid } from "../../gateway/journey/ids.ts"
import type { Content } from "../../gateway/journey/submit/pack.ts"
import { packageSubmission, type ContentsOf } from "../../gateway/journey/submit/package.ts"
import type { ObjectMeta, SealedObject, Segment } from "../../gateway/journey/ports/spool.ts"
import type { StudyHeader } from "../../gateway/journey/records/study.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import { due } from "../../gateway/journey/run.ts"
import { CONTENTS } from "../../gateway/journey/submit/submissions.ts"
import type { World } from "../../gateway/journey/world.ts"
import { KEY_OBJECT_SELECTION } from "../../gateway/standards/dicom/kos.ts"

export type Order =
  | { readonly do: "seal"; readonly files: readonly string[] }
  | { readonly do: "package" }
  | { readonly do: "export"; readonly folder: string }
  | { readonly do: "accept" }
  | { readonly do: "fill"; readonly studies: number; readonly objectsOfAStudy: number }
  | { readonly do: "close" }
export interface Answer {
  readonly cpuMs: number
  /** Of `export`: the envelopes. */
  readonly files: readonly string[]
}

const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
const PAPER_BYTES = 4096
/** As the wire brings them. */
const PIECE_BYTES = 64 * 1024

interface Sealed {
  readonly StudyInstanceUID: string
  readonly slotId: string
  readonly objects: readonly SealedObject[]
}

class House {
  readonly #edge: Foundation
  readonly #center: Foundation | null
  #sealed: Sealed = { StudyInstanceUID: "", slotId: "", objects: [] }
  #packaged: SubmissionRecord | null = null
  #envelopes: readonly string[] = []

  constructor(edge: Foundation, center: Foundation | null) {
    this.#edge = edge
    this.#center = center
  }

  async obey(order: Order): Promise<readonly string[]> {
    switch (order.do) {
      case "seal":
        this.#sealed = await seal(this.#edge.world, order.files)
        return []
      case "package":
        this.#packaged = await packaged(this.#edge.world, this.#sealed)
        return []
      case "export":
        this.#envelopes = await exported(this.#edge.world, this.#packaged, order.folder)
        return this.#envelopes
      case "accept":
        await accept(this.#center?.world, this.#packaged, this.#envelopes)
        return []
      case "fill":
        for (let study = 0; study < order.studies; study++)
          await fillStudy(this.#edge.world, order.objectsOfAStudy)
        return []
      case "close":
        await this.#edge.close()
        await this.#center?.close()
        return []
    }
  }
}

/** As receiving does: one association, every object durable before the next. */
async function seal(world: World, files: readonly string[]): Promise<Sealed> {
  const StudyInstanceUID = uuidOid(world.chance)
  const slotId = await world.spool.createSlot("received")
  const segment = await world.spool.openSegment(slotId)
  const objects: SealedObject[] = []
  for (const file of files) {
    objects.push(await sealFile(world, segment, StudyInstanceUID, file))
    await segment.sync()
  }
  await segment.close()
  return { StudyInstanceUID, slotId, objects }
}

async function sealFile(
  world: World,
  segment: Segment,
  StudyInstanceUID: string,
  file: string,
): Promise<SealedObject> {
  const writer = await segment.begin("instance", new Uint8Array(0))
  for await (const piece of piecesOf(file)) await writer.write(piece)
  return writer.finish(metaOf(world, StudyInstanceUID))
}

/**
 * A file's bytes, each piece in the same memory and read at once, as openssl reads: neither garbage nor a trip through the
 * thread pool for each piece is on our bill.
 */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file, "r")
  const memory = Buffer.alloc(PIECE_BYTES)
  try {
    for (;;) {
      const bytesRead = readSync(handle.fd, memory)
      if (bytesRead === 0) return
      yield memory.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

const metaOf = (world: World, StudyInstanceUID: string): ObjectMeta => ({
  StudyInstanceUID,
  SeriesInstanceUID: StudyInstanceUID,
  uniqueId: uuidOid(world.chance),
  SOPClassUID: CT_IMAGE_STORAGE,
  TransferSyntaxUID: "1.2.840.10008.1.2.1",
  mimeType: "application/dicom",
  callingAE: "MR1",
  calledAE: "DOKUEI",
  source: "127.0.0.1",
  receivedAt: world.clock.now().toISOString(),
  supersedes: null,
})

/** Hash of what is transmitted, CMS header for the recipient, signature over the set, rows: durable. */
async function packaged(world: World, sealed: Sealed): Promise<SubmissionRecord> {
  const planned: SubmissionRecord = {
    ...plan(world, { kind: "study", agreement: AGREEMENT.hospital, slotId: sealed.slotId }),
    requestId: uuid(world.chance),
  }
  await world.ledger.commit([{ put: "submission", record: planned }])
  const job = { ...jobFields, id: `package/${planned.id}`, subject: planned.id, runAt: planned.createdAt }
  const made = await packageSubmission(world, { ...CONTENTS, study: contentsOf(sealed, planned) }, job)
  if (!("changes" in made)) throw new Error("nothing was packaged")
  await world.ledger.commit(made.changes.filter((each) => !("put" in each && each.put === "job")))
  const done = await world.ledger.submission(planned.id)
  if (done === null) throw new Error("the submission is not in the ledger")
  return done
}

const jobFields = { verb: "package", attempts: 0, failureCode: null } as const

const contentsOf =
  (sealed: Sealed, planned: SubmissionRecord): ContentsOf =>
  (world, _record, agreement) =>
    Promise.resolve({
      subject: {
        agreement,
        site: world.site,
        patient: headerOf(sealed.StudyInstanceUID).patient,
        StudyInstanceUID: sealed.StudyInstanceUID,
        AccessionNumber: "",
        requestNumber: "R1",
        requestId: planned.requestId ?? "",
        serviceStartTime: null,
        modalities: ["CT"],
        procedures: [],
      },
      contents: [
        ...["manifest", "request"].map((role) => paper(world, role as "manifest" | "request")),
        ...sealed.objects.map((object) => imageContent(world, object)),
      ],
      signs: [],
      replaces: [],
    })

/** Without manifest and request no study is taken; what they say is nobody's business before the answer. */
function paper(world: World, role: "manifest" | "request"): Content {
  const uniqueId = uuidOid(world.chance)
  return {
    role,
    uniqueId,
    title: role,
    mimeType: role === "manifest" ? "application/dicom" : "text/xml",
    SOPClassUID: role === "manifest" ? KEY_OBJECT_SELECTION : "",
    SOPInstanceUID: role === "manifest" ? uniqueId : "",
    createdAt: world.clock.now(),
    purposes: [],
    legalAuthenticator: null,
    body: { bytes: Buffer.alloc(PAPER_BYTES, role) },
  }
}

const imageContent = (world: World, sealed: SealedObject): Content => ({
  role: "instance",
  uniqueId: uuidOid(world.chance),
  title: "",
  mimeType: "application/dicom",
  SOPClassUID: CT_IMAGE_STORAGE,
  SOPInstanceUID: sealed.facts.meta.uniqueId,
  createdAt: world.clock.now(),
  purposes: [],
  legalAuthenticator: null,
  body: { sealed },
})

/** What would go on the line, as files: openssl reads them too. */
async function exported(
  world: World,
  packaged: SubmissionRecord | null,
  folder: string,
): Promise<readonly string[]> {
  const documents = await world.ledger.documents(packaged?.id ?? "")
  const files: string[] = []
  for (const document of documents) {
    const file = join(folder, `${String(document.ordinal).padStart(5, "0")}.p7m`)
    const object = await world.spool.open(document.place)
    const { envelopePrefix, envelopeSuffix } = document.private
    async function* octets(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(envelopePrefix, "base64")
      yield* object.ciphertext()
      yield Buffer.from(envelopeSuffix, "base64")
    }
    await pipeline(Readable.from(octets()), createWriteStream(file))
    files.push(file)
  }
  return files
}

/** Everything between the last byte of the metadata and Success. */
async function accept(
  world: World | undefined,
  packaged: SubmissionRecord | null,
  envelopes: readonly string[],
): Promise<void> {
  const submission = packaged?.private.submission
  if (world === undefined || submission === null || submission === undefined)
    throw new Error("nothing was packaged, or there is no center")
  const peer = { agreement: AGREEMENT.center, spkiSha256: "", remoteAddress: "127.0.0.1" }
  const intake = await submissionHandler(world).begin(peer, submission, "bench")
  for (const [index, entry] of submission.documentEntries.entries())
    await intake.document(entry, piecesOf(envelopes[index] ?? ""))
  await intake.commit()
}

/** A study as it lies there after weeks: a closed segment, rows in the ledger; the objects are small. */
async function fillStudy(world: World, objects: number): Promise<void> {
  const StudyInstanceUID = uuidOid(world.chance)
  const slotId = await world.spool.createSlot("received")
  const study = newStudy(world, slotId, headerOf(StudyInstanceUID), "MR1", "arriving")
  const segment = await world.spool.openSegment(slotId)
  const batch: { sealed: SealedObject; conflict: boolean }[] = []
  for (let number = 0; number < objects; number++) {
    const writer = await segment.begin("instance", new Uint8Array(0))
    await writer.write(world.chance.bytes(1024))
    batch.push({ sealed: await writer.finish(metaOf(world, StudyInstanceUID)), conflict: false })
  }
  await segment.close()
  const at = new Date(world.clock.now().getTime() + 24 * 3_600_000)
  const changes = arrivalChanges(world, study, batch).filter((each) => !("put" in each && each.put === "job"))
  await world.ledger.commit([...changes, due("assemble", study.id, at)])
}

const headerOf = (StudyInstanceUID: string): StudyHeader => ({
  StudyInstanceUID,
  patient: {
    PatientID: "B0001",
    ideographic: "山田 太郎",
    phonetic: "やまだ たろう",
    alphabetic: "Yamada Tarou",
    birthDate: "1945-03-08",
    sex: "M",
    nameMarked: false,
  },
  StudyDescription: "CHEST ROUTINE",
  AccessionNumber: PATIENT_ID_DOMAIN.slice(-8),
  bodyPart: "CHEST",
  modalities: ["CT"],
  studyDateTime: "2026-04-01T10:15:30",
})

const [edgeFile, centerFile] = process.argv.slice(2)
if (edgeFile === undefined) throw new Error("usage: house.ts EDGE [CENTER]")
const house = new House(
  await layFoundation(loadConfig(edgeFile)),
  centerFile === undefined ? null : await layFoundation(loadConfig(centerFile)),
)
process.on("message", (order: Order) => {
  const before = process.cpuUsage()
  house
    .obey(order)
    .then((files) => {
      const { user, system } = process.cpuUsage(before)
      const answer: Answer = { cpuMs: (user + system) / 1000, files }
      process.send?.(answer)
      if (order.do === "close") process.disconnect()
    })
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(1)
    })
})
process.send?.({ cpuMs: 0, files: [] } satisfies Answer)
