/**
 * A token as the gateway uses it: one login, one queue. What fails ends the module's process, and the next operation
 * logs in anew; a PIN the token refused is not tried again.
 */
import { KeyError } from "../../../journey/errors.ts"
import { readPassphrase } from "../pem-files.ts"
import { CryptokiError, DATA_REFUSED, PIN_REFUSED, UNABLE } from "./cryptoki.ts"
import type { RefusedPins } from "./refused-pins.ts"
import { TokenSession } from "./token-session.ts"

/** Longer than a busy network HSM takes; a step is tried again anyway. */
export const CALL_LIMIT_MS = 15_000
/** More waiting than this is no queue but a token that is too slow. */
const MAX_WAITING = 1_000

export interface TokenPlace {
  /** Path of the PKCS#11 library. */
  readonly module: string
  /** The token's label. */
  readonly token: string
  /** Its first line is the PIN. */
  readonly pinFile: string
}

export interface TokenOptions {
  readonly refused: RefusedPins
  readonly limitMs?: number
}

export class Token {
  readonly place: TokenPlace
  readonly limitMs: number
  readonly #refused: RefusedPins
  #session: TokenSession | null = null
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(place: TokenPlace, { refused, limitMs = CALL_LIMIT_MS }: TokenOptions) {
    this.place = place
    this.limitMs = limitMs
    this.#refused = refused
  }

  /** The module's process, while there is one. */
  get pid(): number | undefined {
    return this.#session?.pid
  }

  /**
   * Work in its turn, in a session that is logged in.
   *
   * @throws KeyError ERR_KEY_TOKEN (may pass) · ERR_KEY_PIN · ERR_KEY_UNFIT for octets or a use the token refuses
   */
  async use<Answer>(work: (session: TokenSession) => Promise<Answer>): Promise<Answer> {
    return this.inTurn(async () => {
      try {
        return await work(await this.#opened())
      } catch (error) {
        throw this.#fault(error)
      }
    })
  }

  /** Work in its turn that needs the PIN itself: for a process of its own. */
  async useWithPin<Answer>(work: (pin: Uint8Array) => Promise<Answer>): Promise<Answer> {
    return this.inTurn(async () => {
      const pin = await this.#pin()
      try {
        return await work(pin)
      } catch (error) {
        if (error instanceof KeyError && error.code === "ERR_KEY_PIN")
          await this.#refused.keep(this.place, pin)
        throw error
      }
    })
  }

  inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#waiting >= MAX_WAITING)
      return Promise.reject(new KeyError("ERR_KEY_TOKEN", "too much waits for the token"))
    this.#waiting += 1
    const done = this.#last.then(work).finally(() => (this.#waiting -= 1))
    this.#last = done.catch(() => undefined)
    return done
  }

  close(): void {
    this.#session?.end()
    this.#session = null
  }

  async #opened(): Promise<TokenSession> {
    if (this.#session !== null && !this.#session.isOver) return this.#session
    const session = await TokenSession.open(this.place, this.limitMs)
    try {
      await this.#login(session)
    } catch (error) {
      session.end()
      throw error
    }
    this.#session = session
    return session
  }

  async #login(session: TokenSession): Promise<void> {
    const pin = await this.#pin()
    try {
      await session.login(pin)
    } catch (error) {
      if (error instanceof CryptokiError && PIN_REFUSED.has(error.ckr)) {
        await this.#refused.keep(this.place, pin)
        throw new KeyError("ERR_KEY_PIN", `token ${this.place.token} refuses the PIN: ${error.ckr}`)
      }
      throw error
    }
  }

  async #pin(): Promise<Uint8Array> {
    const pin = await readPassphrase(this.place.pinFile)
    if (await this.#refused.has(this.place, pin))
      throw new KeyError(
        "ERR_KEY_PIN",
        `token ${this.place.token} has refused the PIN of ${this.place.pinFile}: it is not tried again`,
      )
    return pin
  }

  /** A token that refused octets is well; after anything else it is asked anew from the start. */
  #fault(error: unknown): unknown {
    if (error instanceof CryptokiError && (DATA_REFUSED.has(error.ckr) || UNABLE.has(error.ckr)))
      return new KeyError("ERR_KEY_UNFIT", `token ${this.place.token} answers ${error.ckr}`, { cause: error })
    if (error instanceof KeyError && error.code !== "ERR_KEY_TOKEN") return error
    this.close()
    if (error instanceof CryptokiError)
      return new KeyError("ERR_KEY_TOKEN", `token ${this.place.token} answers ${error.ckr}`, { cause: error })
    return error
  }
}
