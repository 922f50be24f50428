/** The hospital's directory of people, as it is read, kept and asked. */
import type { DirectoryPerson } from "../../standards/pwp/directory-person.ts"
import type { PeopleFound } from "../views/request.ts"
import type { Person } from "./person.ts"

/** The hospital's directory of people (IHE Personnel White Pages, ITI-24). */
export interface DirectorySource {
  /** All of it. Throws DirectoryError. */
  read(): Promise<DirectoryReading>
}

export interface DirectoryReading {
  /** One at least. */
  readonly people: readonly DirectoryPerson[]
  /** Entries that have no id or name to be used. */
  readonly leftOut: number
  /** References to other directories: never followed. */
  readonly referrals: number
}

/** What was read last, over a restart. */
export interface AddressBookKeep {
  load(): Promise<KeptAddressBook | null>
  save(book: KeptAddressBook): Promise<void>
}

export interface KeptAddressBook extends Omit<DirectoryReading, "referrals"> {
  readonly readAt: string
}

/** People to be chosen. */
export interface DirectoryDesk {
  /** A few; nobody for nothing typed. */
  find(person: Person, typed: string): Promise<PeopleFound>
}
