/**
 * One writer per thing: steps that read a record, decide and put it back hold its lock meanwhile.
 * Waiters are served in order; a failing holder does not poison the next.
 *
 * A lock is not given twice to the same holder. Whoever needs several takes them in this order, so that no two wait for
 * each other: submission, study, BINDING, request, patient. What is written without its lock (a receipt changes the submission
 * it answers, which may be on the line for hours) is guarded by the revision of the record alone.
 */
export interface Locks {
  with<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function locks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    with: (key, work) => {
      const before = tails.get(key) ?? Promise.resolve()
      const mine = before.then(work, work)
      const tail = mine.then(
        () => undefined,
        () => undefined,
      )
      tails.set(key, tail)
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
      return mine
    },
  }
}

/** Held while a request is bound to a study: two studies of one patient must not take the same request. */
export const BINDING = "binding"

/** Work under several locks, taken in the order given; null and repeated ones are passed over. */
export function holding<T>(
  locks: Locks,
  keys: readonly (string | null)[],
  work: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = [...new Set(keys)].filter((key) => key !== null)
  return first === undefined ? work() : locks.with(first, () => holding(locks, others, work))
}
