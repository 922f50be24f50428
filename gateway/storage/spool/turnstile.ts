/** One at a time, in the order of arrival; a failure is its caller's alone. */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve()

  async pass<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const mine = this.#last.then(work)
    this.#last = mine.then(
      () => undefined,
      () => undefined,
    )
    return mine
  }
}
