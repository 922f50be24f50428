/** What the child that reads the directory is told, and what it tells. Types and limits. */
import type { DirectoryAttributes, DirectoryPerson } from "../../standards/pwp/directory-person.ts"

export interface DirectoryServer {
  /** `ldaps:` or `ldap:`, host and port. */
  readonly url: string
  /** How an `ldap:` connection is protected; `ldaps:` always is. */
  readonly tls: "starttls" | "none"
  /** Authorities of its certificate, PEM; null where nothing is protected. */
  readonly trustedPem: string | null
  /** null = nobody logs in. */
  readonly login: { readonly dn: string; readonly password: string } | null
  readonly base: string
  /** RFC 4515. */
  readonly filter: string
  readonly attributes: DirectoryAttributes
}

/** How much is taken of a directory. */
export interface ReadingLimits {
  readonly people: number
  /** Of everything the server sends in one reading. */
  readonly octets: number
  readonly pages: number
  readonly pageSize: number
  /** Without an answer. */
  readonly silenceMs: number
  /** Of a whole reading. */
  readonly longestMs: number
  /** What a hostile server makes the library heap up ends here. */
  readonly heapMib: number
}

/** A hospital of three thousand beds has some 8,000 people in its directory, each in about 700 octets. */
export const READING_LIMITS: ReadingLimits = {
  people: 20_000,
  octets: 32 * 1024 * 1024,
  pages: 1_000,
  pageSize: 500,
  silenceMs: 20_000,
  longestMs: 120_000,
  heapMib: 192,
}

export interface ReadingTask {
  readonly server: DirectoryServer
  readonly limits: ReadingLimits
}

export type ReadingAnswer =
  | {
      readonly kind: "read"
      readonly people: readonly DirectoryPerson[]
      /** Entries that name nobody usable. */
      readonly leftOut: number
      /** References to other directories, which are not followed. */
      readonly referrals: number
    }
  | {
      readonly kind: "failed"
      readonly code: "ERR_DIRECTORY_UNREACHABLE" | "ERR_DIRECTORY_REFUSED" | "ERR_DIRECTORY_UNREADABLE"
      /** A sentence of ours; no word of the server's. */
      readonly why: string
    }
