/** The data dictionary of PS3.6: keyword ⇄ tag → VR. Tags are 32-bit numbers, group in the upper half. */
import { DICTIONARY } from "./dictionary.generated.ts"

/** One row: `tag` 8 hex digits (`xx` where the group repeats), `vr` "xs" where Pixel Representation chooses between US and SS. */
export interface DictionaryRow {
  readonly tag: string
  readonly vr: string
  readonly keyword: string
}

interface Index {
  readonly byTag: ReadonlyMap<string, DictionaryRow>
  readonly byKeyword: ReadonlyMap<string, DictionaryRow>
}

let index: Index | null = null

/** Built on first use: 5,000 rows are not needed by every process. */
function rows(): Index {
  if (index) return index
  const byTag = new Map<string, DictionaryRow>()
  const byKeyword = new Map<string, DictionaryRow>()
  for (const line of DICTIONARY.trim().split("\n")) {
    const [tag = "", vr = "", keyword = ""] = line.split(" ")
    byTag.set(tag, { tag, vr, keyword })
    byKeyword.set(keyword, { tag, vr, keyword })
  }
  index = { byTag, byKeyword }
  return index
}

export const hexTag = (tag: number): string => tag.toString(16).toUpperCase().padStart(8, "0")

/** The row of a tag; curve and overlay groups 50xx and 60xx are folded (PS3.5 7.6). Null for private and unknown tags. */
export function dictionaryRow(tag: number): DictionaryRow | null {
  const hex = hexTag(tag)
  const { byTag } = rows()
  return byTag.get(hex) ?? byTag.get(hex.replace(/^([56]0)../, "$1xx")) ?? null
}

/** Tag of a keyword; null when PS3.6 has no such keyword or its group repeats. */
export function tagOf(keyword: string): number | null {
  const row = rows().byKeyword.get(keyword)
  return row && !row.tag.includes("x") ? Number.parseInt(row.tag, 16) : null
}
