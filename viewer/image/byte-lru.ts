/** Least recently used values within a budget of bytes: memory is bounded by construction, not by catching errors. */
export class ByteLru<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly lengthBytes: number }>()
  readonly #budgetBytes: number
  #usedBytes = 0

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value, now the most recently used. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Looks without touching the order. */
  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** Keeps the value and drops the oldest ones until the budget holds; a value over the budget stays alone. */
  set(key: string, value: Value, lengthBytes: number): void {
    this.delete(key)
    this.#entries.set(key, { value, lengthBytes })
    this.#usedBytes += lengthBytes
    for (const oldest of this.#entries.keys()) {
      if (this.#usedBytes <= this.#budgetBytes || oldest === key) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#usedBytes -= entry.lengthBytes
  }

  clear(): void {
    this.#entries.clear()
    this.#usedBytes = 0
  }
}
