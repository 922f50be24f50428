/**
 * What happened in a joining, a line each, written by `join` and `invite` as it happens. A hospital's gateway does not exist
 * yet then: it takes the lines into its chained trail at its first start (`audit.joining`).
 */
import { appendFileSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { tryParse } from "../try-parse.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** A joining has some ten lines; who joins again has a file of its own. */
const MAX_LOG_BYTES = 64 * 1024
const MAX_TEXT_LENGTH = 500

export interface JoiningLine {
  /** ISO 8601. */
  readonly at: string
  /** Who ran the command, by the name the system knows them under. */
  readonly user: string
  /** With whom, as the agreement names it or will. */
  readonly partner: string
  /** In one word, e.g. `asked`. */
  readonly what: string
  /** Without a secret of the joining. */
  readonly detail: string
}

export const appendJoining = (path: string, line: JoiningLine): void =>
  appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 })

/** As a person reads it in the trail. */
export const deedOf = ({ partner, what, detail }: Omit<JoiningLine, "at" | "user">): string =>
  `joining of ${partner}: ${what} (${detail})`

/** Lines with a key that is theirs alone. What is none, or too long, is passed over; so is a file that is no record. */
export async function readJoining(
  path: string,
): Promise<readonly (JoiningLine & { readonly key: string })[]> {
  if ((await stat(path)).size > MAX_LOG_BYTES) return []
  return (await readFile(path, "utf8")).split("\n").flatMap((text) => {
    const line = lineIn(tryParse(text))
    const key = `joining/${sha256Hex(text)}`
    return line === null ? [] : [{ ...line, key }]
  })
}

function lineIn(value: unknown): JoiningLine | null {
  if (typeof value !== "object" || value === null) return null
  const { at, user, partner, what, detail } = value as Readonly<Record<string, unknown>>
  if (!isText(at) || Number.isNaN(Date.parse(at))) return null
  if (!isText(user) || !isText(partner) || !isText(what) || !isText(detail)) return null
  return { at: new Date(at).toISOString(), user, partner, what, detail }
}

/** One line of print: it goes into an XML message. */
const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= MAX_TEXT_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(value)
