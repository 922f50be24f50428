/** What an officer lets happen asks for a gesture of their passkey: one agrees to the one thing it was asked for, once, and stays as evidence. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server"
import { DeskError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import { sha256 } from "../../standards/sha256.ts"
import { checkGesture } from "./gesture.ts"
import { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { DeskOptions } from "./options.ts"
import { CEREMONY_MS, claimedChallenge, type Passkeys } from "./passkeys.ts"
import type { Call } from "./routes.ts"

const OPEN_QUESTIONS = 100

interface Asked<What> {
  readonly officerId: string
  readonly what: What
  readonly words: Uint8Array
}

export interface Agreed<What> {
  readonly what: What
  /** JSON: the words that were agreed to, and the passkey's assertion over them. */
  readonly evidence: string
}

export class Gestures<What> {
  readonly #passkeys: Passkeys
  readonly #options: DeskOptions
  readonly #audit: LoginAudit
  readonly #at: string
  /** challenge → what is agreed to */
  readonly #asked = new OneUse<Asked<What>>(OPEN_QUESTIONS)

  /** @param at what is agreed to, for the trail, e.g. `the confirmation of a certificate` */
  constructor(passkeys: Passkeys, options: DeskOptions, at: string) {
    this.#passkeys = passkeys
    this.#options = options
    this.#audit = new LoginAudit(options)
    this.#at = at
  }

  /** @param words the challenge is SHA-256 of them */
  async ask(officer: Person, what: What, words: Uint8Array): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const challenge = sha256(words)
    const credentials = await this.#options.people.credentialsOf(officer.id)
    const expiresAt = new Date(this.#options.clock.now().getTime() + CEREMONY_MS)
    this.#asked.put(challenge.toString("base64url"), { officerId: officer.id, what, words }, expiresAt)
    return this.#passkeys.signingOptions(challenge, credentials)
  }

  /** @throws DeskError ERR_LOGIN_REFUSED, ERR_TOO_MANY_ATTEMPTS */
  async agreed(
    { request, person }: Pick<Call<unknown>, "request" | "person">,
    response: AuthenticationResponseJSON,
  ): Promise<Agreed<What>> {
    const { people, clock } = this.#options
    if (await people.locked(person.id, clock.now()))
      throw new DeskError("ERR_TOO_MANY_ATTEMPTS", "the account is locked for a while")
    try {
      const { what, words } = await this.#answered(person, response)
      return { what, evidence: JSON.stringify({ words: new TextDecoder().decode(words), response }) }
    } catch (error) {
      if (!(error instanceof DeskError) || error.code !== "ERR_LOGIN_REFUSED") throw error
      await people.countFailure(person.id, clock.now())
      await this.#audit.failed(request, person, `a passkey did not check at ${this.#at}`)
      throw error
    }
  }

  async #answered(person: Person, response: AuthenticationResponseJSON): Promise<Asked<What>> {
    const challenge = claimedChallenge(response.response.clientDataJSON)
    const mine = ({ officerId }: Asked<What>): boolean => officerId === person.id
    const asked = this.#asked.take(challenge, this.#options.clock.now(), mine)
    if (asked === null) throw new DeskError("ERR_LOGIN_REFUSED", "an answer to no open question, or too late")
    await checkGesture({ passkeys: this.#passkeys, options: this.#options }, person, challenge, response)
    return asked
  }
}
