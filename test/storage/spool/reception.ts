/** A morning's reception, as a handler would do it: seal, sync, answer; refuse what fails; a new segment after a failure. */
import type { Segment, SlotId, Spool } from "../../../gateway/journey/ports/spool.ts"
import { SpoolError } from "../../../gateway/journey/errors.ts"
import { encrypt } from "../../contracts/spool.contract.ts"
import { isKill } from "./faulty-disk.ts"
import { meta, prologue, seededChance } from "./world.ts"

export interface Told {
  /** uniqueId of what was answered with success, with its clear bytes. */
  readonly acknowledged: Map<string, Buffer>
  /** uniqueId of what was refused. */
  readonly refused: Set<string>
}

export interface Listener {
  acknowledged(uniqueId: string): void
  refused(uniqueId: string): void
}

const SILENT: Listener = { acknowledged: () => undefined, refused: () => undefined }
const LENGTHS = [900, 5000, 2 ** 20 + 40_000, 300]

/** Ends early when the process is killed, or when the disk gives not even a slot, a segment or an end mark. */
export async function receive(spool: Spool, told: Told, listener: Listener = SILENT): Promise<SlotId | null> {
  try {
    const slotId = await spool.createSlot("received")
    let segment = await spool.openSegment(slotId)
    for (const [index, length] of LENGTHS.entries())
      if (!(await one(segment, `object ${index}`, length, told, listener)))
        segment = await spool.openSegment(slotId)
    await together(segment, told, listener)
    await badTag(segment, told, listener)
    await segment.close()
    return slotId
  } catch (error) {
    if (!(error instanceof SpoolError) && !isKill(error)) throw error
    return null
  }
}

async function one(
  segment: Segment,
  uniqueId: string,
  length: number,
  told: Told,
  listener: Listener,
): Promise<boolean> {
  const clear = Buffer.from(seededChance(uniqueId).bytes(length))
  try {
    await seal(segment, uniqueId, clear)
    await segment.sync()
    acknowledge(uniqueId, clear, told, listener)
    return true
  } catch (error) {
    refuse(error, uniqueId, told, listener)
    return false
  }
}

async function seal(segment: Segment, uniqueId: string, clear: Buffer): Promise<void> {
  const writer = await segment.begin("instance", prologue())
  try {
    for (let at = 0; at < clear.length; at += 100_000) await writer.write(clear.subarray(at, at + 100_000))
    await writer.finish(meta(uniqueId))
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** Two objects under one sync, the second written while the first is being synced. */
async function together(segment: Segment, told: Told, listener: Listener): Promise<void> {
  const [one, two] = ["left", "right"].map((id) => ({ id, clear: Buffer.from(seededChance(id).bytes(700)) }))
  const answers: Promise<void>[] = []
  for (const { id, clear } of [one!, two!]) {
    const sealed = seal(segment, id, clear)
    answers.push(
      sealed
        .then(() => segment.sync())
        .then(
          () => acknowledge(id, clear, told, listener),
          (error: unknown) => refuse(error, id, told, listener, false),
        ),
    )
    await sealed.catch(() => undefined)
  }
  await Promise.all(answers)
}

async function badTag(segment: Segment, told: Told, listener: Listener): Promise<void> {
  const theirs = encrypt(Buffer.alloc(800, 1))
  try {
    const writer = await segment.adopt("submission", theirs)
    await writer.write(theirs.ciphertext)
    await writer.finish(Buffer.alloc(16), meta("bad tag")).catch(() => undefined)
    await writer.abort()
  } catch (error) {
    refuse(error, "bad tag", told, listener)
    return
  }
  refuse(new Error("bad tag"), "bad tag", told, listener)
}

function acknowledge(uniqueId: string, clear: Buffer, told: Told, listener: Listener): void {
  told.acknowledged.set(uniqueId, Buffer.concat([prologue(), clear]))
  listener.acknowledged(uniqueId)
}

/** A killed process refuses nobody. */
function refuse(error: unknown, uniqueId: string, told: Told, listener: Listener, rethrow = true): void {
  if (isKill(error)) {
    if (rethrow) throw error
    return
  }
  told.refused.add(uniqueId)
  listener.refused(uniqueId)
}
