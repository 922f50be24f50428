/** A request that is answered with an HTTP status alone (PS3.18 8.5): nothing of it was stored. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** @param message one sentence for the person who reads the client's log */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}
