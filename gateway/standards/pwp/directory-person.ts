/**
 * A person of the hospital as its directory has them (IHE Personnel White Pages, ITI TF-2 3.24: inetOrgPerson of RFC 2798).
 * Directories differ in where a Japanese name stands, so each fact has a list of attributes, and the first that says
 * something usable counts.
 */

/** What is wanted of a person. Text is as the directory has it, trimmed; "" = it does not say. */
export interface DirectoryPerson {
  /** Names them within the hospital: first component of an XCN. */
  readonly id: string
  readonly name: string
  readonly kana: string
  readonly latin: string
  readonly department: string
  readonly organisation: string
  readonly mail: string
  readonly telephone: string
}
export type DirectoryFact = keyof DirectoryPerson

/** Attribute descriptions (RFC 4512 2.5) of each fact, the preferred one first. */
export type DirectoryAttributes = Readonly<Record<DirectoryFact, readonly string[]>>

/** Values by attribute description in lower case. */
export type DirectoryEntry = ReadonlyMap<string, readonly string[]>

/** What a field of a request or report holds (DICOM LO); of an address RFC 5321 4.5.3.1.3 allows more. */
const LONGEST = 64
const LONGEST_MAIL = 254
/** What no name has: control and formatting characters, and what stands for octets that were no UTF-8. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Co}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufffd]/u
/** Structure of HL7 v2, into which the id is written. */
const NO_ID = /[|^~\\&\s]/

/** Null for an entry that names nobody: without an id or a name that can be used. */
export function readPerson(entry: DirectoryEntry, attributes: DirectoryAttributes): DirectoryPerson | null {
  const fact = (name: DirectoryFact): string => factOf(entry, attributes[name], name)
  const [id, name] = [fact("id"), fact("name")]
  if (id === "" || name === "") return null
  const latin = fact("latin")
  return {
    id,
    name,
    kana: fact("kana"),
    latin: latin === name ? "" : latin,
    department: fact("department"),
    organisation: fact("organisation"),
    mail: fact("mail"),
    telephone: fact("telephone"),
  }
}

/** An unusable value says nothing: it is never cut, for half a name is another name. */
function factOf(entry: DirectoryEntry, attributes: readonly string[], name: DirectoryFact): string {
  for (const attribute of attributes)
    for (const value of entry.get(attribute.toLowerCase()) ?? []) {
      const text = value.normalize("NFC").trim()
      if (isUsable(text, name)) return text
    }
  return ""
}

function isUsable(text: string, name: DirectoryFact): boolean {
  const longest = name === "mail" ? LONGEST_MAIL : LONGEST
  if (text === "" || text.length > longest || UNFIT.test(text)) return false
  if (name === "id") return !NO_ID.test(text)
  return name !== "mail" || /^[^\s@]+@[^\s@]+$/.test(text)
}
