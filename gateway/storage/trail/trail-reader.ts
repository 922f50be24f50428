/** The trail for whoever passes it on: a part of the file at a time, never more of it than is durable. */
import { AuditError } from "../../journey/errors.ts"
import type { TrailPlace, TrailReader, TrailRecord } from "../../journey/ports/audit.ts"
import { readLink, type Link } from "./chain.ts"
import { linesOf } from "./lines.ts"

/** Where the durable part ends. */
export interface TrailEnd {
  readonly records: number
  /** Of the last record. */
  readonly hash: string
  readonly bytes: number
}

export function trailReader(path: string, end: () => TrailEnd): TrailReader {
  return {
    followers: new Set(),
    get records() {
      return end().records
    },
    holds: (place) => isHere(path, place, end()),
    after: (place) => records(path, place, end().bytes),
  }
}

/** The record behind a place holds its hash; behind the last one the end itself tells. */
async function isHere(path: string, place: TrailPlace, end: TrailEnd): Promise<boolean> {
  if (place.endBytes === end.bytes) return place.n === end.records && place.hash === end.hash
  for await (const { text } of linesOf(path, { start: place.endBytes, end: end.bytes })) {
    const next = text === null ? null : readLink(text)
    return next !== null && next.n === place.n + 1 && next.previous === place.hash
  }
  return false
}

async function* records(
  path: string,
  place: TrailPlace | null,
  endBytes: number,
): AsyncGenerator<TrailRecord> {
  let at = place?.endBytes ?? 0
  for await (const { text } of linesOf(path, { start: at, end: endBytes })) {
    const link: Link | null = text === null ? null : readLink(text)
    if (text === null || link === null)
      throw new AuditError("ERR_AUDIT_CHAIN", `what stands at octet ${at} is no audit record`)
    at += Buffer.byteLength(text) + 1
    yield { message: link.message, place: { n: link.n, hash: link.hash, endBytes: at } }
  }
}
