/** What a document of a case is called: a version of the report, or of one of its addenda. */
import { t, type MessageKey } from "../text/language.ts"

type Saying = "name" | "whole" | "short" | "read"
const SAYINGS: Readonly<
  Record<Saying, readonly [report: MessageKey, addendum: MessageKey, later: MessageKey]>
> = {
  name: ["versions.version", "versions.addendum", "versions.addendum-version"],
  whole: ["versions.report", "versions.addendum", "versions.addendum-version"],
  short: ["versions.short", "versions.addendum", "versions.addendum-version"],
  read: ["versions.read", "versions.read-addendum", "versions.read-addendum-version"],
}

/** `第2版`, `追記 1`, `追記 1 第2版`. */
export function documentName(
  { addendum, version }: { readonly addendum?: number; readonly version: number },
  saying: Saying = "name",
): string {
  const [report, first, later] = SAYINGS[saying]
  if (addendum === undefined) return t(report, { n: version })
  return t(version === 1 ? first : later, { n: addendum, version })
}
