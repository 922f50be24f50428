/** Bearer tokens (RFC 6750) of systems that enter requests without a person. */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { DeskError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { Limiter } from "./limiter.ts"
import type { LoginAudit } from "./login-audit.ts"
import type { MachineScope, MachineToken } from "./options.ts"

export class MachineTokens {
  readonly #tokens: readonly MachineToken[]
  readonly #failures: Limiter
  readonly #audit: LoginAudit

  constructor(tokens: readonly MachineToken[], failures: Limiter, audit: LoginAudit) {
    this.#tokens = tokens
    this.#failures = failures
    this.#audit = audit
  }

  /**
   * The system that sends this request; null when it shows no token.
   *
   * @throws DeskError ERR_LOGIN_REFUSED for a token nobody has, ERR_NOT_ALLOWED for one without this scope,
   *   ERR_TOO_MANY_ATTEMPTS
   */
  async who(request: IncomingMessage, scope: MachineScope): Promise<Person | null> {
    const header = request.headers.authorization
    if (header === undefined) return null
    const known = this.#known(/^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1] ?? "")
    if (known === null) return this.#refuse(request)
    const system: Person = {
      id: `machine:${known.name}`,
      login: known.name,
      name: known.name,
      role: "system",
    }
    if (known.may.includes(scope)) return system
    await this.#audit.alert(request, system, `a system asked for what its token does not allow: ${scope}`)
    throw new DeskError("ERR_NOT_ALLOWED", `this token does not allow ${scope}`)
  }

  async #refuse(request: IncomingMessage): Promise<never> {
    this.#failures.count(this.#audit.addressOf(request))
    await this.#audit.failed(request, null, "a bearer token was not accepted")
    throw new DeskError("ERR_LOGIN_REFUSED", "the token is not accepted")
  }

  /** Compares with every token, whichever fits: time tells nothing. */
  #known(token: string): MachineToken | null {
    const shown = createHash("sha256").update(token, "utf8").digest()
    const fitting = this.#tokens.filter(({ sha256 }) => {
      const expected = Buffer.from(sha256, "hex")
      return expected.length === shown.length && timingSafeEqual(expected, shown)
    })
    return fitting[0] ?? null
  }
}
