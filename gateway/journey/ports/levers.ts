/** Levers that a person pulls in an incident; each holds until a person ends it, over any number of restarts. */

/** Who pulled it, why and when. */
export interface Lever {
  /** As that person is called in the incident's papers. */
  readonly by: string
  /** In words, without patient data. */
  readonly reason: string
  /** ISO 8601. */
  readonly since: string
}

/** null = not pulled. */
export interface Levers {
  /** Every door is shut but the machine room's, and nothing calls anybody. */
  readonly isolated: Lever | null
  /** What is here is read, and nothing of it changes. */
  readonly frozen: Lever | null
}

export type LeverName = keyof Levers
export const LEVER_NAMES = ["isolated", "frozen"] as const satisfies readonly LeverName[]

export const NO_LEVERS: Levers = { isolated: null, frozen: null }
