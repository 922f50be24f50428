/**
 * One writer per thing: steps that read a record, decide and put it back hold its lock meanwhile.
 * Waiters are served in order; a failing holder does not poison the next.
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
