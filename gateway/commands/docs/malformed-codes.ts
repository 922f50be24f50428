/** Codes of `Malformed` and their clauses, collected by reading the source: only literals count. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

export interface MalformedCode {
  readonly code: string
  readonly clauses: readonly string[]
}

const THROWN = /new Malformed\(\s*"([A-Z0-9_]+)",\s*(?:"([^"]+)")?/g
/** Helpers that take the code: `fault("X", …)`, `new OctetReader(bytes, "X", "clause")`. */
const PASSED =
  /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)",\s*"((?:PS3|RFC|ITI|XML|X\.|SOAP|XAdES|FIPS|HL7|JIS|ISO)[^"]*)"/g

export async function malformedCodes(folder: string): Promise<readonly MalformedCode[]> {
  const found = new Map<string, Set<string>>()
  for (const path of await sources(folder)) {
    const text = await readFile(path, "utf8")
    for (const [, code = "", clause = ""] of [...text.matchAll(THROWN), ...text.matchAll(PASSED)]) {
      const clauses = found.get(code) ?? new Set()
      if (clause !== "") clauses.add(clause)
      found.set(code, clauses)
    }
  }
  return [...found]
    .map(([code, clauses]) => ({ code, clauses: [...clauses].sort() }))
    .sort((one, other) => (one.code < other.code ? -1 : 1))
}

async function sources(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names
    .filter((name) => name.endsWith(".ts") && !name.startsWith("commands/docs/"))
    .sort()
    .map((name) => join(folder, name))
}
