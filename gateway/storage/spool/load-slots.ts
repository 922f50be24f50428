/**
 * Read the two copies of a slot file and make them agree again.
 *
 * | one copy | other copy | it was | what happens |
 * |---|---|---|---|
 * | zero | zero | free | – |
 * | whole | whole | live | – |
 * | whole | zero or bad | live; a write was cut off, or a copy rotted | the bad copy is written again |
 * | bad | zero | never answered for, or half destroyed | zeroed |
 * | bad | bad | live once | reported; the page is left alone and not used again |
 */
import { rot } from "./failure.ts"
import { type SlotFiles, everyPage } from "./slot-files.ts"
import {
  type EpochKey,
  type Slot,
  type SlotPosition,
  PAGE_BYTES,
  decodeSlotPage,
  isZero,
} from "./slot-page.ts"
import { SpoolError } from "../../journey/errors.ts"

export interface LoadedSlots {
  readonly live: readonly { readonly index: number; readonly slot: Slot }[]
  readonly free: readonly number[]
  /** Index after the last page of the file. */
  readonly end: number
  /** Pages unreadable in both copies. */
  readonly rotten: readonly { readonly index: number; readonly cause: SpoolError }[]
  /** Pages one copy of which had to be written again. */
  readonly mended: readonly number[]
}

/** Of copy a, of copy b. */
type Pages = readonly [Buffer, Buffer]
type Copy = { readonly is: "zero" } | { readonly is: "whole"; readonly slot: Slot } | Bad
interface Bad {
  readonly is: "bad"
  readonly cause: SpoolError
}

/** Every page after page 0. Both copies are durable and equal when it returns, rotten pages excepted. */
export async function loadSlots(files: SlotFiles, site: string, epochKey: EpochKey): Promise<LoadedSlots> {
  const [a = [], b = []] = await Promise.all(files.copies.map(pagesOf))
  const end = Math.max(a.length, b.length, 1)
  const found = { live: [], free: [], end, rotten: [], mended: [] } as Found
  for (let index = 1; index < end; index += 1) {
    const pages: Pages = [a[index] ?? Buffer.alloc(PAGE_BYTES), b[index] ?? Buffer.alloc(PAGE_BYTES)]
    await settle(files, pages, { site, index }, epochKey, found)
  }
  if (found.mended.length > 0) for (const copy of files.copies) await copy.fdatasync()
  return found
}

interface Found extends LoadedSlots {
  readonly live: { index: number; slot: Slot }[]
  readonly free: number[]
  readonly rotten: { index: number; cause: SpoolError }[]
  readonly mended: number[]
}

async function pagesOf(file: SlotFiles["copies"][number]): Promise<Buffer[]> {
  const pages: Buffer[] = []
  for await (const page of everyPage(file)) pages.push(page)
  return pages
}

async function settle(
  files: SlotFiles,
  pages: Pages,
  at: SlotPosition,
  epochKey: EpochKey,
  found: Found,
): Promise<void> {
  const copies = judgeBoth(pages, at, epochKey)
  const whole = copies.findIndex((copy) => copy.is === "whole")
  const kept = copies[whole]
  if (kept?.is === "whole") found.live.push({ index: at.index, slot: kept.slot })
  else if (copies.some((copy) => copy.is === "zero")) found.free.push(at.index)
  else return void found.rotten.push({ index: at.index, cause: causeOf(copies) })
  const right = pages[whole] ?? Buffer.alloc(PAGE_BYTES)
  if (pages.every((page) => page.equals(right))) return
  found.mended.push(at.index)
  // A whole copy is never written over: if the power goes now, it is the only one.
  const wrong = files.copies.filter((_, copy) => pages[copy]?.equals(right) === false)
  for (const copy of wrong) await copy.write([right], at.index * PAGE_BYTES)
}

/** Copies that are equal, as they are at nearly every start, are opened once. */
function judgeBoth([a, b]: Pages, at: SlotPosition, epochKey: EpochKey): readonly Copy[] {
  const judged = judge(a, at, epochKey)
  return [judged, a.equals(b) ? judged : judge(b, at, epochKey)]
}

function judge(page: Buffer, at: SlotPosition, epochKey: EpochKey): Copy {
  if (isZero(page)) return { is: "zero" }
  try {
    return { is: "whole", slot: decodeSlotPage(page, at, epochKey) }
  } catch (cause) {
    if (!(cause instanceof SpoolError)) throw cause
    return { is: "bad", cause }
  }
}

function causeOf(copies: readonly Copy[]): SpoolError {
  const bad = copies.find((copy) => copy.is === "bad")
  return bad?.cause ?? rot("the slot does not check")
}
