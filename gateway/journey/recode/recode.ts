/**
 * Recode: each native image of a study once more as HTJ2K lossless RPCL, decoded again and compared, beside the received
 * one; or the reason why it travels as received.
 *
 * A study lets a more urgent one go first, between two of its images.
 *
 * The received bytes stay until the agreed term after the verified receipt. Work is kept in batches of one segment
 * each: after a crash it goes on at the first image that is not decided.
 */
import { pixelDataEnd, pixelDataStart } from "../../standards/dicom/recode/encapsulated-pixel-data.ts"
import type { AsReceived } from "../../standards/dicom/recode/reasons.ts"
import { HTJ2K_LOSSLESS_RPCL } from "../../standards/dicom/recode/recoding.ts"
import { codeInstance, type Coded, type Coding } from "./code-instance.ts"
import { found } from "../desk-guards.ts"
import { isSpoolFull } from "../errors.ts"
import { inOrder } from "../in-order.ts"
import { agreementInForce, held } from "../keep.ts"
import type { ObjectMeta, ReadableObject, SealedObject, Segment } from "../ports/spool.ts"
import type { InstanceRecord, RecodingRecord } from "../records/instance.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import { next } from "../route.ts"
import { due, type Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** How much is decided in one transaction. */
const BATCH_INSTANCES = 32
const BATCH_BYTES = 64 * 1024 * 1024
/** Images coded at the same time: one at the draughtsman's, one read or written meanwhile. */
const INSTANCES_AHEAD = 2
/** So often a fault that is not the image's own is waited out; then the image travels as received. */
const MAX_ATTEMPTS = 3
/** So soon a study that let a more urgent one go first is looked at again. */
const LET_FIRST_MS = 1_000

export async function recode(world: World, job: JobRecord): Promise<Outcome> {
  const record = await world.ledger.submission(job.subject)
  const step = record === null ? null : next("submission-out", record.state, "recoded")
  if (record === null || step === null) return { changes: [] }
  const agreement = agreementInForce(world, record.agreement)
  if (agreement === null) return held(world.clock.now())
  const studyId = found(record.studyId, "study")
  // Two submissions of one study share its recoded images.
  const isDone = await world.locks.with(`recode/${studyId}`, () =>
    agreement.recoding === "htj2k" ? recodeStudy(world, studyId, job) : leaveAsReceived(world, studyId),
  )
  if (!isDone) {
    const at = new Date(world.clock.now().getTime() + LET_FIRST_MS)
    return { changes: [], again: { at, failureCode: null } }
  }
  return { changes: [due(step.verb ?? "package", record.id, world.clock.now())] }
}

/** The agreement was changed: what was recoded under the old one does not leave. */
async function leaveAsReceived(world: World, studyId: string): Promise<true> {
  const recoded = (await world.ledger.instances(studyId)).filter((each) => each.recoding?.kind === "recoded")
  const recoding: RecodingRecord = { kind: "as-received", reason: "not-agreed" }
  if (recoded.length > 0)
    await world.ledger.commit(
      recoded.map(({ place }) => ({ put: "recoding", record: { instance: place, recoding } })),
    )
  return true
}

/** Not decided, or for a reason that was not the image's own. */
const isOpen = ({ recoding }: InstanceRecord): boolean =>
  recoding === null || (recoding.kind === "as-received" && NOT_ITS_OWN.has(recoding.reason))
const NOT_ITS_OWN: ReadonlySet<AsReceived> = new Set(["not-agreed", "unavailable", "no-room"])

/** @returns false when a more urgent study goes first; what is decided so far is kept */
async function recodeStudy(
  world: World,
  studyId: string,
  { subject, attempts }: JobRecord,
): Promise<boolean> {
  const waiting = (await world.ledger.instances(studyId)).filter(isOpen)
  const slotOf = recodedSlot(world, studyId)
  const codings = inOrder(
    inTurn(world, waiting, subject),
    async (instance) => ({ instance, ...(await attempted(world, instance, slotOf, attempts)) }),
    INSTANCES_AHEAD,
    ({ coding }) => (typeof coding === "string" ? Promise.resolve() : coding.fragments.discard()),
  )
  let batch = new Batch(world, slotOf)
  let decided = 0
  try {
    for await (const each of codings) {
      await batch.add(each)
      decided += 1
      if (!batch.isFull) continue
      await batch.commit()
      batch = new Batch(world, slotOf)
    }
    await batch.commit()
    return decided === waiting.length
  } catch (error) {
    await batch.drop()
    if (!isSpoolFull(error)) throw error
    await leaveWithoutRoom(world, studyId)
    return true
  }
}

/** The images, as long as no more urgent study waits: there is one draughtsman, and few jobs run at the same time. */
async function* inTurn(
  { ledger, clock }: World,
  waiting: readonly InstanceRecord[],
  submissionId: string,
): AsyncGenerator<InstanceRecord> {
  for (const instance of waiting) {
    if (await ledger.isOvertakenInRecoding(submissionId, clock.now().toISOString())) return
    yield instance
  }
}

/** A second copy takes room that others need more: what is not coded yet leaves as it came. */
async function leaveWithoutRoom(world: World, studyId: string): Promise<void> {
  const open = (await world.ledger.instances(studyId)).filter(({ recoding }) => recoding === null)
  const recoding: RecodingRecord = { kind: "as-received", reason: "no-room" }
  await world.ledger.commit(
    open.map(({ place }) => ({ put: "recoding", record: { instance: place, recoding } })),
  )
}

interface Attempt {
  readonly meta: ObjectMeta
  readonly coding: Coding
}

async function attempted(
  world: World,
  instance: InstanceRecord,
  slotOf: () => Promise<string>,
  attempts: number,
): Promise<Attempt> {
  const object = await world.spool.open(instance.place)
  const meta = metaOf(object)
  try {
    return { meta, coding: await codeInstance(world, object, meta, slotOf) }
  } catch (error) {
    if (attempts < MAX_ATTEMPTS) throw error
    return { meta, coding: "unavailable" }
  }
}

const metaOf = ({ place, facts }: ReadableObject): ObjectMeta => ({
  ...facts.meta,
  TransferSyntaxUID: HTJ2K_LOSSLESS_RPCL,
  supersedes: place.objectId,
})

/** The study's slot for recoded images; made, and durable, when the first one needs it. */
function recodedSlot(world: World, studyId: string): () => Promise<string> {
  let slot: Promise<string> | null = null
  const make = (): Promise<string> =>
    world.locks.with(studyId, async () => {
      const study = found(await world.ledger.study(studyId), "study")
      if (study.recodedSlotId !== null) return study.recodedSlotId
      const recodedSlotId = await world.spool.createSlot("recoded")
      await world.ledger.commit([{ put: "study", record: { ...study, recodedSlotId } }])
      return recodedSlotId
    })
  return () => (slot ??= make())
}

/** Images that are decided together: one segment, one sync, one transaction. */
class Batch {
  readonly #world: World
  readonly #slotOf: () => Promise<string>
  readonly #changes: Change[] = []
  #segment: Segment | null = null

  constructor(world: World, slotOf: () => Promise<string>) {
    this.#world = world
    this.#slotOf = slotOf
  }

  get isFull(): boolean {
    return this.#changes.length >= BATCH_INSTANCES || (this.#segment?.lengthBytes ?? 0) >= BATCH_BYTES
  }

  async add({ instance, meta, coding }: Attempt & { readonly instance: InstanceRecord }): Promise<void> {
    const recoding: RecodingRecord =
      typeof coding === "string"
        ? { kind: "as-received", reason: coding }
        : recodedRecord(await this.#seal(coding, meta))
    this.#changes.push({ put: "recoding", record: { instance: instance.place, recoding } })
  }

  /** Durable when it resolves: first the images, then the rows that name them. */
  async commit(): Promise<void> {
    await this.#segment?.close()
    if (this.#changes.length > 0) await this.#world.ledger.commit(this.#changes)
  }

  /** What no row names yet goes. */
  async drop(): Promise<void> {
    if (this.#segment === null) return
    await this.#segment.close()
    await this.#world.spool.discardSegment(this.#segment.slotId, this.#segment.segmentId)
  }

  async #seal({ parts, fragments }: Coded, meta: ObjectMeta): Promise<SealedObject> {
    this.#segment ??= await this.#world.spool.openSegment(await this.#slotOf())
    const writer = await this.#segment.begin("document", parts.prologue)
    try {
      await writer.write(parts.before)
      await writer.write(pixelDataStart(fragments.lengthsBytes))
      for await (const piece of fragments.all()) await writer.write(piece)
      await writer.write(pixelDataEnd())
      await writer.write(parts.after)
      return await writer.finish(meta)
    } finally {
      await fragments.discard()
    }
  }
}

const recodedRecord = ({ place, facts }: SealedObject): RecodingRecord => ({
  kind: "recoded",
  place,
  sha256: Buffer.from(facts.sha256).toString("hex"),
  clearLengthBytes: facts.clearLengthBytes,
})
