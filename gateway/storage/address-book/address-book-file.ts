/**
 * The address book as it was read last: one file, replaced as a whole, so that people can be chosen while the directory is
 * away. Names of the hospital's people, nothing of a patient. What cannot be read counts as none: it is read anew.
 */
import { open, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import type { AddressBookKeep, KeptAddressBook } from "../../journey/ports/directory.ts"
import type { DirectoryPerson } from "../../standards/pwp/directory-person.ts"

const FILE = "address-book.json"
const FACTS = ["id", "name", "kana", "latin", "department", "organisation", "mail", "telephone"] as const

export function addressBookFile(dataDir: string): AddressBookKeep {
  const path = join(dataDir, FILE)
  return {
    load: async () => bookIn(await textOf(path)),
    save: (book) => replace(path, JSON.stringify(book)),
  }
}

/** Where no directory is configured any more, nobody's name is kept. */
export const forgetAddressBook = (dataDir: string): Promise<void> => rm(join(dataDir, FILE), { force: true })

async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.part`
  const file = await open(beside, "w", 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ""
    throw error
  }
}

function bookIn(text: string): KeptAddressBook | null {
  const book = parsed(text)
  if (typeof book !== "object" || book === null || !("people" in book) || !("readAt" in book)) return null
  const { people, readAt } = book
  const leftOut = "leftOut" in book && typeof book.leftOut === "number" ? book.leftOut : 0
  if (typeof readAt !== "string" || Number.isNaN(Date.parse(readAt)) || !Array.isArray(people)) return null
  return people.every(isPerson) ? { readAt, leftOut, people } : null
}

const isPerson = (value: unknown): value is DirectoryPerson =>
  typeof value === "object" &&
  value !== null &&
  FACTS.every((fact) => typeof (value as Record<string, unknown>)[fact] === "string")

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
