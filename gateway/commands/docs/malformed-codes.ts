/** Codes of `Malformed` and their clauses, collected by reading the source: only literals count. */
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"

export interface MalformedCode {
  readonly code: string
  readonly clauses: readonly string[]
  /** Relative to `gateway/`. */
  readonly files: readonly string[]
}

const THROWN = /new Malformed\(\s*"([A-Z0-9_]+)",\s*(?:"([^"]+)")?/g
/** Helpers that take the code: `fault("X", …)`, `new OctetReader(bytes, "X", "clause")`. */
const PASSED =
  /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)",\s*"((?:PS3|RFC|ITI|XML|X\.|SOAP|XAdES|FIPS|HL7|JIS|ISO)[^"]*)"/g

export async function malformedCodes(folder: string): Promise<readonly MalformedCode[]> {
  const found = new Map<string, { clauses: Set<string>; files: Set<string> }>()
  for (const path of await sources(folder)) {
    const text = await readFile(path, "utf8")
    for (const [, code = "", clause = ""] of [...text.matchAll(THROWN), ...text.matchAll(PASSED)]) {
      const entry = found.get(code) ?? { clauses: new Set(), files: new Set() }
      if (clause !== "") entry.clauses.add(clause)
      entry.files.add(relative(folder, path))
      found.set(code, entry)
    }
  }
  return [...found]
    .map(([code, { clauses, files }]) => ({ code, clauses: sorted(clauses), files: sorted(files) }))
    .sort((one, other) => (one.code < other.code ? -1 : 1))
}

const sorted = (set: ReadonlySet<string>): string[] => [...set].sort()

async function sources(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names
    .filter((name) => name.endsWith(".ts") && !name.startsWith("commands/docs/"))
    .sort()
    .map((name) => join(folder, name))
}
