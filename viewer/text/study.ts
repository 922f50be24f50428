/** The words of the reading and signing screens, in the language spoken now. */
import { fill, language, type Values } from "./language.ts"
import { studyEn } from "./study.en.ts"
import { studyJa } from "./study.ja.ts"

export type StudyKey = keyof typeof studyJa

export const st = (key: StudyKey, values: Values = {}): string =>
  fill((language() === "ja" ? studyJa : studyEn)[key], values)
