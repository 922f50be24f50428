/** A request that is answered by HTTP alone: nothing of it was taken. */
export class HttpRefusal extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** @param message one sentence for the person who reads the client's log */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** More bytes than one request may have: told by Content-Length, or found out while they come (RFC 9110 §15.5.14). */
export class RequestTooLarge extends HttpRefusal {
  constructor(maxBytes: number) {
    super(413, `no more than ${maxBytes} bytes are taken in one request`)
  }
}
