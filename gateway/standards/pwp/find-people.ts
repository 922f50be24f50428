/**
 * Finding a person by what somebody types: any part of name, kana, Latin name, department or id. Width, case, spaces and
 * the kind of kana make no difference; every word must be somewhere.
 */
import type { DirectoryPerson } from "./directory-person.ts"

/** More words are no name. */
const MOST_WORDS = 8

/** A person, and what is looked through to find them. */
export interface Findable {
  readonly person: DirectoryPerson
  /** Names and id: who is meant. */
  readonly names: readonly string[]
  readonly place: string
}

export const findable = (person: DirectoryPerson): Findable => ({
  person,
  names: [person.name, person.kana, person.latin, person.id].map(folded).filter((each) => each !== ""),
  place: folded(`${person.department}${person.organisation}`),
})

/** At most `limit`, those whose name begins so first, then as the directory sorts names. Nobody for nothing typed. */
export function findPeople(people: readonly Findable[], typed: string, limit: number): DirectoryPerson[] {
  const words = typed.trim().split(/\s+/u).slice(0, MOST_WORDS).map(folded).filter(Boolean)
  if (words.length === 0) return []
  const together = words.join("")
  return people
    .filter((each) => words.every((word) => says(each, word)))
    .map((each) => ({ each, rank: rankOf(each, together, words[0] ?? "") }))
    .sort((a, b) => a.rank - b.rank || compared(a.each.person, b.each.person))
    .slice(0, limit)
    .map(({ each }) => each.person)
}

const says = ({ names, place }: Findable, word: string): boolean =>
  place.includes(word) || names.some((name) => name.includes(word))

function rankOf({ names }: Findable, together: string, first: string): number {
  if (names.some((name) => name.startsWith(together))) return 0
  if (names.some((name) => name.startsWith(first))) return 1
  return names.some((name) => name.includes(first)) ? 2 : 3
}

/** By kana, as a Japanese list of names is sorted; by code points, so that every machine sorts alike. */
function compared(a: DirectoryPerson, b: DirectoryPerson): number {
  const [keyA, keyB] = [sortKey(a), sortKey(b)]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}
const sortKey = ({ kana, name, id }: DirectoryPerson): string => `${folded(kana || name)}\u0000${id}`

/** Hiragana become katakana; width and case are one (NFKC); marks and spaces between names go. */
export const folded = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
    .replace(/[\s・,，.．]/gu, "")
