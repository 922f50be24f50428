/** The words of evidence packages in the language spoken now; tests of signatures keep the words they have everywhere. */
import { evidenceEn } from "./evidence.en.ts"
import { evidenceJa } from "./evidence.ja.ts"
import { fill, language, maybe, t, type Values } from "./language.ts"

export type EvidenceKey = keyof typeof evidenceJa

export const et = (key: EvidenceKey, values: Values = {}): string =>
  fill((language() === "ja" ? evidenceJa : evidenceEn)[key], values)

/** For a key made at run time; null when there are no such words. */
export const maybeEt = (key: string, values: Values = {}): string | null =>
  Object.hasOwn(evidenceJa, key) ? et(key as EvidenceKey, values) : null

const OF_TIME_STAMP = "time-stamp-"

/** A test by its name in words; the verifier's own name for one we have none for. */
export function testWords(name: string): string {
  const words = maybeEt(`test.${name}`) ?? maybe(`test.${name}`)
  if (words !== null || !name.startsWith(OF_TIME_STAMP)) return words ?? name
  return t("test-of-time-stamp", { test: testWords(name.slice(OF_TIME_STAMP.length)) })
}
