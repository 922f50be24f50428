/** The words of the officer's page, in the language spoken now. */
import { fill, language, type Values } from "./language.ts"
import { peopleEn } from "./people.en.ts"
import { peopleJa } from "./people.ja.ts"

export type PeopleKey = keyof typeof peopleJa

export const pt = (key: PeopleKey, values: Values = {}): string =>
  fill((language() === "ja" ? peopleJa : peopleEn)[key], values)
