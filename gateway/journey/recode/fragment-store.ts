/**
 * Fragments of one instance until all their lengths are known, for offsets stand before the first of them. Few are kept
 * in memory; many go sealed to the spool, so that a film of any length costs the memory of its largest frame.
 */
import { fragmentPadding, fragmentStart } from "../../standards/dicom/recode/encapsulated-pixel-data.ts"
import type { ObjectMeta, ObjectPlace, ObjectWriter, Segment, Spool } from "../ports/spool.ts"

const MEMORY_BYTES = 4 * 1024 * 1024

interface Scratch {
  readonly segment: Segment
  readonly writer: ObjectWriter
}

export class FragmentStore {
  /** Of each codestream, unpadded, in order. */
  readonly lengthsBytes: number[] = []
  readonly #spool: Spool
  readonly #slotOf: () => Promise<string>
  readonly #meta: ObjectMeta
  #held: Uint8Array[] = []
  #heldBytes = 0
  #scratch: Scratch | null = null
  #place: ObjectPlace | null = null

  /** @param slotOf the slot scratch goes to, asked only when memory does not suffice */
  constructor(spool: Spool, slotOf: () => Promise<string>, meta: ObjectMeta) {
    this.#spool = spool
    this.#slotOf = slotOf
    this.#meta = meta
  }

  async add(codestream: Uint8Array): Promise<void> {
    const { length } = codestream
    this.lengthsBytes.push(length)
    this.#held.push(fragmentStart(length), codestream, fragmentPadding(length))
    this.#heldBytes += length
    if (this.#heldBytes > MEMORY_BYTES) await this.#spill()
  }

  /** Every fragment with its item header, in order. Nothing may be added any more. */
  async *all(): AsyncGenerator<Uint8Array> {
    if (this.#scratch !== null) {
      await this.#spill()
      this.#place ??= (await this.#scratch.writer.finish(this.#meta)).place
      yield* (await this.#spool.open(this.#place)).clear()
    } else yield* this.#held
  }

  /** What was written for the time being goes. */
  async discard(): Promise<void> {
    this.#held = []
    if (this.#scratch === null) return
    const { segment, writer } = this.#scratch
    this.#scratch = null
    if (this.#place === null) await writer.abort()
    await segment.close()
    await this.#spool.discardSegment(segment.slotId, segment.segmentId)
  }

  async #spill(): Promise<void> {
    this.#scratch ??= await this.#open()
    for (const piece of this.#held) await this.#scratch.writer.write(piece)
    this.#held = []
    this.#heldBytes = 0
  }

  async #open(): Promise<Scratch> {
    const segment = await this.#spool.openSegment(await this.#slotOf())
    // A document that no row names: after a crash roll-forward drops it.
    return { segment, writer: await segment.begin("document", new Uint8Array(0)) }
  }
}
