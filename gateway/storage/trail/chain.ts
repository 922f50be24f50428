/**
 * The chain: one JSON line per audit message, each holding the hash of the one before it.
 *
 *     {"n":1,"key":"…","previous":"<64 hex>","message":"<?xml…","hash":"<64 hex>"}
 *
 * `hash` = SHA-256 over n, key, previous and message, each with its length in front, so that no two readings of the
 * same octets exist. Cutting, changing, removing or reordering lines breaks every later hash.
 */
import { createHash } from "node:crypto"
import { tryParse } from "../try-parse.ts"

export interface Link {
  /** From 1, without gaps. */
  readonly n: number
  readonly key: string
  readonly previous: string
  readonly message: string
  readonly hash: string
}

export const GENESIS = "0".repeat(64)

export function linkHash(link: Omit<Link, "hash">): string {
  const hash = createHash("sha256")
  for (const part of [String(link.n), link.key, link.previous, link.message]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part)
  }
  return hash.digest("hex")
}

export function nextLink(before: Link | null, key: string, message: string): Link {
  const open = { n: (before?.n ?? 0) + 1, key, previous: before?.hash ?? GENESIS, message }
  return { ...open, hash: linkHash(open) }
}

/** What is wrong with this line after `before`; null when it follows. The number is the line's own place. */
export function linkFault(before: Link | null, link: Link): string | null {
  const line = (before?.n ?? 0) + 1
  if (link.n !== line) return `line ${line} is numbered ${link.n}: lines were removed or put in another order`
  if (link.previous !== (before?.hash ?? GENESIS))
    return `line ${line} does not hold the hash of the line before`
  return linkHash(link) === link.hash ? null : `line ${line} was changed`
}

export const writeLink = ({ n, key, previous, message, hash }: Link): string =>
  JSON.stringify({ n, key, previous, message, hash })

/** Strict: exactly what `writeLink` writes, octet for octet; null for anything else. */
export function readLink(line: string): Link | null {
  const value = tryParse(line)
  if (typeof value !== "object" || value === null) return null
  const { n, key, previous, message, hash } = value as Record<string, unknown>
  if (typeof n !== "number" || typeof key !== "string" || typeof previous !== "string") return null
  if (typeof message !== "string" || typeof hash !== "string") return null
  const link = { n, key, previous, message, hash }
  return writeLink(link) === line ? link : null
}
