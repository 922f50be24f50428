/** Why a test of an evidence package came out so, for people: the verifier's sentences in the language spoken now. */
import { et, maybeEt, type EvidenceKey } from "../text/evidence.ts"
import { detailWords } from "./test-detail.ts"

/** Sentences of standards/evidence, dsg and hpki; anything else stays as it stands. */
const SENTENCES: readonly (readonly [RegExp, EvidenceKey])[] = [
  [/^(?<n>\d+) files$/, "reason.files"],
  [/^(?<n>\d+) images$/, "reason.images"],
  [/^(?<n>\d+) documents$/, "reason.documents"],
  [/^missing: (?<name>.+)$/, "reason.missing"],
  [/^not listed: (?<name>.+)$/, "reason.additional"],
  [/^changed: (?<name>.+)$/, "reason.changed"],
  [/^cannot be read: (?<name>.+)$/, "reason.unreadable"],
  [/^no anchor for (?<use>hpki|seal|tsa) was given: .*$/, "reason.no-anchor"],
  [/^no path to a configured anchor: (?<name>.+)$/, "reason.no-path"],
  [/^no usable list of (?<name>.+)$/, "reason.no-list"],
  [/^not signed: (?<name>.+)$/, "reason.not-signed"],
  [/^signed, but not here: (?<name>.+)$/, "reason.not-here"],
  [/^(?<name>.+): valid .+, not at .+$/, "reason.term"],
  [/^SHA-1: legacy$/, "reason.legacy"],
]

export function reasonWords(detail: string): string {
  for (const [pattern, key] of SENTENCES) {
    const groups = pattern.exec(detail)?.groups
    if (groups === undefined) continue
    const { n, use, name } = groups
    if (n !== undefined) return et(key, { n: Number(n) })
    return et(key, { name: use === undefined ? (name ?? "") : (maybeEt(`use.${use}`) ?? use) })
  }
  return detailWords(detail)
}
