/** Time and chance, which steps are given and never take. */

export interface Clock {
  now(): Date
}

export interface Chance {
  bytes(length: number): Uint8Array
}

/** What keeps the machine's clock says of it. */
export interface ClockReading {
  /** How far the clock is from the time source; positive or negative. */
  readonly offsetMs: number
  /** It is surely no further off than this: offset, root dispersion and half the root delay (RFC 5905 11.2). */
  readonly boundMs: number
  /** Name or address of the source. */
  readonly source: string
  /** When the source was last heard, ISO 8601. */
  readonly heardAt: string
}

export interface TimeCheck {
  /** Throws ClockError ERR_CLOCK_UNKNOWN when nobody keeps the clock, or it has not been set by any source yet. */
  read(): Promise<ClockReading>
}
