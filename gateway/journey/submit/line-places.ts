/** Who is on the line just now; in memory: after a start nobody is. */
export interface LinePlaces {
  /** Submissions that are on the line to this partner. */
  onTheLine(agreement: string): readonly string[]
  take(agreement: string, submissionId: string): void
  leave(agreement: string, submissionId: string): void
}

export function linePlaces(): LinePlaces {
  const taken = new Map<string, readonly string[]>()
  const onTheLine = (agreement: string): readonly string[] => taken.get(agreement) ?? []
  return {
    onTheLine,
    take: (agreement, id) => {
      taken.set(agreement, [...onTheLine(agreement), id])
    },
    leave: (agreement, id) => {
      taken.set(
        agreement,
        onTheLine(agreement).filter((each) => each !== id),
      )
    },
  }
}
