/** What the gateway adds to a test, for people: instants by the hospital's clock, the few words of ours in their language. */
import { t, type MessageKey } from "../text/language.ts"
import { daySeconds } from "./instant.ts"

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** The gateway's own sentences (standards/dsg, standards/hpki); anything else stays as it stands. */
const SENTENCES: readonly (readonly [RegExp, MessageKey])[] = [
  [/^(?<n>\d+) documents$/, "test-detail.documents"],
  [/^(?<n>\d+) digests$/, "test-detail.digests"],
  [/^(?<n>\d+) steps to (?<name>.+)$/, "test-detail.steps"],
  [/^at (?<name>.+)$/, "test-detail.at"],
  [/^(?<issuer>.+): list of (?<name>.+)$/, "test-detail.list"],
]

export function detailWords(detail: string): string {
  const text = detail.replace(INSTANT, (instant) => daySeconds(new Date(instant)))
  for (const [pattern, key] of SENTENCES) {
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) continue
    const { n, ...names } = groups
    return t(key, { ...names, ...(n === undefined ? {} : { n: Number(n) }) })
  }
  return text
}
