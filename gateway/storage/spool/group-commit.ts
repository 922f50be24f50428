/**
 * One sync for all who wait, without a timer: who comes while none runs leads; who comes meanwhile follows, and the
 * next sync, begun when this one ends, is theirs together.
 *
 * A sync that failed is never tried again: the kernel has dropped the pages and the next one would say yes to
 * nothing. Followers of a failed leader fail with it, and so does everybody later.
 */
export class GroupCommit {
  readonly #sync: () => Promise<void>
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null
  #failure: { readonly cause: unknown } | null = null

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /** Resolves when a sync that began after this call has succeeded. */
  async join(): Promise<void> {
    if (this.#failure !== null) throw this.#failure.cause
    if (this.#next !== null) return this.#next
    if (this.#running === null) return this.#lead()
    this.#next = this.#running.then(() => {
      this.#next = null
      return this.#lead()
    })
    return this.#next
  }

  #lead(): Promise<void> {
    this.#running = this.#sync().then(
      () => {
        this.#running = null
      },
      (cause: unknown) => {
        this.#running = null
        this.#failure = { cause }
        throw cause
      },
    )
    return this.#running
  }
}
