/**
 * One joining as its door sees it: who may ask once, what they get, and that it was received. Held in memory alone; when
 * the process ends the code is worth nothing.
 */
import { readCertificationRequest } from "../../standards/pkcs10/certification-request.ts"
import { JoinError } from "../../journey/errors.ts"
import { isSame } from "./join-code.ts"
import { REQUESTED, type Answer, type Question } from "./messages.ts"

/** Of a secret of 128 bits nobody guesses one; who tries so often is to be told of, not to go on. */
export const MAX_TRIES = 5

export interface Invited {
  readonly secret: Uint8Array
  /** OID of the hospital the code is for. */
  readonly oid: string
  readonly expiresAt: Date
}

/** What a person at the centre, and the record of the joining, is told. */
export type Told = "wrong-code" | "other-hospital" | "unfit-request" | "asked" | "fetched" | "confirmed"

/** Something to wait for that others bring about; nobody need be waiting. */
interface Later<Value> {
  readonly comes: Promise<Value>
  readonly give: (value: Value) => void
  readonly fail: (error: JoinError) => void
}

function later<Value>(): Later<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>()
  // A failure concerns whoever waits, and need not have anybody.
  promise.catch(() => undefined)
  return { comes: promise, give: resolve, fail: reject }
}

export class Joining {
  readonly #invited: Invited
  readonly #now: () => Date
  readonly #newTicket: () => string
  readonly #tell: (what: Told, from: string) => void
  readonly #asked = later<Question>()
  readonly #answered = later<Answer>()
  readonly #confirmed = later<undefined>()
  #tries = 0
  #ticket: string | null = null
  /** DER of the certificate that confirms. */
  #certificate: Uint8Array | null = null

  constructor(
    invited: Invited,
    now: () => Date,
    newTicket: () => string,
    tell: (what: Told, from: string) => void,
  ) {
    this.#invited = invited
    this.#now = now
    this.#newTicket = newTicket
    this.#tell = tell
  }

  /** Who knew the code. Rejects with ERR_JOIN_REFUSED when nobody may come any more. */
  get asked(): Promise<Question> {
    return this.#asked.comes
  }

  get isAsked(): boolean {
    return this.#ticket !== null
  }

  /** The hospital has called once more and has shown its new certificate. */
  get confirmed(): Promise<undefined> {
    return this.#confirmed.comes
  }

  /** @throws JoinError; which of its codes is not for the one who asks */
  ask(question: Question, from: string): string {
    const { secret, oid, expiresAt } = this.#invited
    const isOver = this.#ticket !== null || this.#tries >= MAX_TRIES || this.#now() >= expiresAt
    // Compared even when it is over: how long an answer takes tells nothing.
    if (!isSame(question.secret, secret) || isOver) throw this.#refusal("wrong-code", from)
    if (question.oid !== oid) throw this.#refusal("other-hospital", from)
    try {
      for (const use of REQUESTED) readCertificationRequest(question.requests[use])
    } catch (cause) {
      this.#refusal("unfit-request", from)
      throw cause
    }
    this.#ticket = this.#newTicket()
    this.#tell("asked", from)
    this.#asked.give(question)
    return this.#ticket
  }

  #refusal(what: Told, from: string): JoinError {
    this.#tries += 1
    this.#tell(what, from)
    if (this.#tries >= MAX_TRIES && this.#ticket === null)
      this.end(`${MAX_TRIES} tries with what does not hold`)
    return new JoinError("ERR_JOIN_CODE", "this code does not hold here")
  }

  /** The answer once people have agreed to it. @throws JoinError ERR_JOIN_CODE for a ticket that is not ours */
  answerFor(ticket: string): Promise<Answer> {
    this.#demand(ticket)
    return this.#answered.comes
  }

  fetched(from: string): void {
    this.#tell("fetched", from)
  }

  /** @param certificate DER that the caller has shown in TLS, null when none that our authority issued */
  confirm(ticket: string, certificate: Uint8Array | null, from: string): void {
    this.#demand(ticket)
    if (certificate === null || this.#certificate === null || !isSame(certificate, this.#certificate))
      throw new JoinError("ERR_JOIN_CODE", "not the certificate that was issued")
    this.#tell("confirmed", from)
    this.#confirmed.give(undefined)
  }

  #demand(ticket: string): void {
    if (this.#ticket === null || !isSame(Buffer.from(ticket), Buffer.from(this.#ticket)))
      throw new JoinError("ERR_JOIN_CODE", "not the ticket of this joining")
  }

  /** @param certificate DER of the line's certificate in it */
  answer(answer: Answer, certificate: Uint8Array): void {
    this.#certificate = certificate
    this.#answered.give(answer)
  }

  /** Whoever waits is told that nothing comes of it; what is settled stays. */
  end(why: string): void {
    const error = new JoinError("ERR_JOIN_REFUSED", why)
    for (const each of [this.#asked, this.#answered, this.#confirmed]) each.fail(error)
  }
}
