/**
 * The hospital's address book: its directory as it was read last, kept so that it works while the directory is away. What
 * people type is compared here; no word of it ever reaches the directory.
 */
import { findable, findPeople, type Findable } from "../../standards/pwp/find-people.ts"
import { only } from "../desk-guards.ts"
import type { AddressBookKeep, DirectoryDesk, DirectorySource, KeptAddressBook } from "../ports/directory.ts"
import type { Clock } from "../ports/time.ts"
import { DIRECTORY, type Contacts } from "../technician/contacts.ts"
import type { DirectoryView } from "../views/technician.ts"

export interface AddressBookParts {
  /** `host:port` of the directory, for people. */
  readonly name: string
  readonly source: DirectorySource
  readonly keep: AddressBookKeep
  readonly contacts: Contacts
  readonly clock: Clock
}

/** What a list below a field can show. */
const MOST_SHOWN = 12

export class AddressBook {
  readonly #parts: AddressBookParts
  #kept: KeptAddressBook | null = null
  #people: readonly Findable[] = []
  #running: Promise<KeptAddressBook> | null = null

  constructor(parts: AddressBookParts) {
    this.#parts = parts
  }

  /** What was read before this start. */
  async load(): Promise<void> {
    const kept = await this.#parts.keep.load()
    if (kept !== null) this.#take(kept)
  }

  /** Reads the directory; who asks while that runs waits for the same reading. Throws DirectoryError: the old book stays. */
  refresh(): Promise<KeptAddressBook> {
    this.#running ??= this.#read().finally(() => (this.#running = null))
    return this.#running
  }

  async #read(): Promise<KeptAddressBook> {
    const { contacts, source, clock, keep } = this.#parts
    const { people, leftOut } = await contacts.watch(DIRECTORY, () => source.read())
    const kept: KeptAddressBook = { readAt: clock.now().toISOString(), leftOut, people }
    this.#take(kept)
    await keep.save(kept)
    return kept
  }

  #take(kept: KeptAddressBook): void {
    this.#kept = kept
    this.#people = kept.people.map(findable)
  }

  get desk(): DirectoryDesk {
    return {
      find: (person, typed) => {
        only(person, "clerk")
        const people = findPeople(this.#people, typed, MOST_SHOWN)
        return Promise.resolve({ people, readAt: this.#kept?.readAt ?? null })
      },
    }
  }

  view(): DirectoryView {
    const { name, contacts } = this.#parts
    return {
      ...contacts.of(DIRECTORY),
      name,
      readAt: this.#kept?.readAt ?? null,
      people: this.#kept?.people.length ?? 0,
      leftOut: this.#kept?.leftOut ?? 0,
    }
  }
}
