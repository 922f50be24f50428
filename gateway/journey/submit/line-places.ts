/** Who is on the line just now, and who asked for a place; in memory: after a start nobody is. */
export interface LinePlaces {
  /** How many are on the line to this partner. */
  taken(agreement: string): number
  has(agreement: string, submissionId: string): boolean
  take(agreement: string, submissionId: string): void
  leave(agreement: string, submissionId: string): void
  /** It would go if there were a place. */
  wait(agreement: string, submissionId: string): void
  waits(agreement: string, submissionId: string): boolean
}

export function linePlaces(): LinePlaces {
  const taken = new Map<string, Set<string>>()
  const waiting = new Map<string, Set<string>>()
  const of = (some: ReadonlyMap<string, Set<string>>, agreement: string): Set<string> =>
    some.get(agreement) ?? new Set()
  return {
    taken: (agreement) => of(taken, agreement).size,
    has: (agreement, id) => of(taken, agreement).has(id),
    take: (agreement, id) => {
      of(waiting, agreement).delete(id)
      taken.set(agreement, of(taken, agreement).add(id))
    },
    leave: (agreement, id) => {
      of(taken, agreement).delete(id)
    },
    wait: (agreement, id) => {
      waiting.set(agreement, of(waiting, agreement).add(id))
    },
    waits: (agreement, id) => of(waiting, agreement).has(id),
  }
}
