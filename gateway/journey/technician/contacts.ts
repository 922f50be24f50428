/**
 * Contacts: when each system we call answered last, and since when it does not. Held in memory: what was before this start
 * the ledger knows, or nobody needs.
 */
import {
  AssociationError,
  DimseError,
  DirectoryError,
  SubmissionError,
  TimeStampError,
  type ErrorCode,
} from "../errors.ts"
import type { CommitmentLine, ReportArchive } from "../ports/dicom-nodes.ts"
import type { DocumentSource, TimeStampAuthority } from "../ports/outside.ts"
import type { Clock } from "../ports/time.ts"

export interface Contact {
  /** It answered; what it answered is another matter. */
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  /** First failure after the last answer; null while it answers, or was not called. */
  readonly failingSince: string | null
  /** Code of errors.ts of the last failure; null while it answers. */
  readonly failureCode: ErrorCode | null
}

const NEVER: Contact = { lastSuccessAt: null, lastFailureAt: null, failingSince: null, failureCode: null }

export class Contacts {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #known = new Map<string, Contact>()

  /** @param changed told when a system begins or ceases to answer */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  of(system: string): Contact {
    return this.#known.get(system) ?? NEVER
  }

  /** Those whose name begins so and goes on, by what comes after it. */
  beginning(prefix: string): readonly (Contact & { readonly name: string })[] {
    return [...this.#known]
      .filter(([system]) => system.startsWith(prefix) && system !== prefix)
      .map(([system, contact]) => ({ ...contact, name: system.slice(prefix.length) }))
  }

  /** Does the work, and remembers whether the system answered. */
  async watch<T>(system: string, work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work()
      this.#note(system, null)
      return answer
    } catch (error) {
      // What is not the system's failure (a spool that cannot be read, a fault of ours) says nothing about it.
      if (isOfTheOther(error)) this.#note(system, error.code)
      throw error
    }
  }

  #note(system: string, failureCode: ErrorCode | null): void {
    const at = this.#clock.now().toISOString()
    const before = this.of(system)
    const now: Contact =
      failureCode === null
        ? { ...before, lastSuccessAt: at, failingSince: null, failureCode }
        : { ...before, lastFailureAt: at, failingSince: before.failingSince ?? at, failureCode }
    this.#known.set(system, now)
    if (before.failureCode !== failureCode) this.#changed()
  }
}

const OF_THE_OTHER = [SubmissionError, TimeStampError, AssociationError, DimseError, DirectoryError] as const
const isOfTheOther = (error: unknown): error is InstanceType<(typeof OF_THE_OTHER)[number]> =>
  OF_THE_OTHER.some((kind) => error instanceof kind)

/** Names under which systems are remembered besides the ids of agreements, which have no colon. */
export const TIME_STAMP_AUTHORITY = "time-stamp:"
export const ARCHIVE = "archive:"
export const DIRECTORY = "directory:"

export const watchedSource = (source: DocumentSource, contacts: Contacts): DocumentSource => ({
  provideAndRegister: (agreement, ...rest) =>
    contacts.watch(agreement, () => source.provideAndRegister(agreement, ...rest)),
})

export const watchedTimeStamps = (authority: TimeStampAuthority, contacts: Contacts): TimeStampAuthority => ({
  stamp: (bytes) => contacts.watch(TIME_STAMP_AUTHORITY, () => authority.stamp(bytes)),
})

/** One of several, by its host: that another one answers in its place hides nothing. */
export const watchedAuthority = (
  authority: TimeStampAuthority,
  host: string,
  contacts: Contacts,
): TimeStampAuthority => ({
  stamp: (bytes) => contacts.watch(`${TIME_STAMP_AUTHORITY}${host}`, () => authority.stamp(bytes)),
})

/** Reports are stored in the archive. */
export function watchedPlaces<Places extends { readonly archive: ReportArchive | null }>(
  places: Places,
  contacts: Contacts,
): Places {
  const { archive } = places
  if (archive === null) return places
  return {
    ...places,
    archive: { ...archive, store: (...call) => contacts.watch(ARCHIVE, () => archive.store(...call)) },
  }
}

/** Commitments are asked of the archive; what devices are told says nothing of it. */
export const watchedLine = (line: CommitmentLine, contacts: Contacts): CommitmentLine => ({
  ask: (request) => contacts.watch(ARCHIVE, () => line.ask(request)),
  tell: (aeTitle, result) => line.tell(aeTitle, result),
})
