/** Things that count once: passkey challenges and signing intents, kept in memory until taken or too old. */

interface Entry<Value> {
  readonly value: Value
  readonly expiresAt: Date
}

/** What is lost with the process only costs the person another try. */
export class OneUse<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #capacity: number

  /** @param capacity entries kept; beyond it the oldest goes, so that nobody can fill the memory */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  put(key: string, value: Value, expiresAt: Date): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, expiresAt })
    const oldest = this.#entries.keys().next()
    if (this.#entries.size > this.#capacity && oldest.done !== true) this.#entries.delete(oldest.value)
  }

  /** The value, for the last time; null when unknown, taken, too old, or not the asker's. */
  take(key: string, now: Date, belongs: (value: Value) => boolean = () => true): Value | null {
    const entry = this.#entries.get(key)
    if (entry === undefined || !belongs(entry.value)) return null
    this.#entries.delete(key)
    return now < entry.expiresAt ? entry.value : null
  }
}
