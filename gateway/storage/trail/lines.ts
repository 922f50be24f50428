/**
 * The trail's file as lines. Only LF ends a line: `node:readline` would also split at U+2028, which JSON leaves as
 * it is and which may stand in an identifier that came from the wire.
 */
import { createReadStream } from "node:fs"
import type { FileHandle } from "node:fs/promises"

const LF = 0x0a
const TAIL_BYTES = 64 * 1024
/** An audit message has a few kilobytes; a "line" beyond this is no record and is not gathered in memory. */
export const MAX_LINE_BYTES = 1024 * 1024

export interface TrailLine {
  /** Decoded strictly as UTF-8; null when it is not, or is longer than MAX_LINE_BYTES. */
  readonly text: string | null
  /** False for octets behind the last LF: an append that a crash cut short, or one that is going on. */
  readonly ended: boolean
}

/** Octets [start, end) of the file; both at a line's end. */
export interface LineRange {
  readonly start: number
  readonly end: number
}

export async function* linesOf(path: string, range: LineRange | null = null): AsyncGenerator<TrailLine> {
  if (range !== null && range.start >= range.end) return
  let held: Buffer = Buffer.alloc(0)
  // Node counts the last octet in.
  const part = range === null ? {} : { start: range.start, end: range.end - 1 }
  for await (const chunk of createReadStream(path, part) as AsyncIterable<Buffer>) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    let start = 0
    for (let end = held.indexOf(LF, start); end >= 0; end = held.indexOf(LF, start)) {
      yield { text: decode(held.subarray(start, end)), ended: true }
      start = end + 1
    }
    held = held.subarray(start)
    if (held.length > MAX_LINE_BYTES) {
      yield { text: null, ended: true }
      return
    }
  }
  if (held.length > 0) yield { text: decode(held), ended: false }
}

function decode(bytes: Buffer): string | null {
  if (bytes.length > MAX_LINE_BYTES) return null
  const text = bytes.toString("utf8")
  return Buffer.from(text, "utf8").equals(bytes) ? text : null
}

/** Where the last LF ends; 0 when there is none. */
export async function endOfLastLine(file: FileHandle, sizeBytes: number): Promise<number> {
  let end = sizeBytes
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    const newline = buffer.subarray(0, bytesRead).lastIndexOf(LF)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}
