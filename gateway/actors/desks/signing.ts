/**
 * Signing at the desk: the reader agrees, with a passkey and face to face with what was frozen, to exactly these bytes.
 * The assertion is evidence of intent; the signature itself is made behind the port, with the reader's own key and PIN.
 */
import type { IncomingMessage } from "node:http"
import type { AuthenticationResponseJSON } from "@simplewebauthn/server"
import { DeskError, ReportError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { ReadingDesk } from "../../journey/ports/reading-desk.ts"
import type {
  CardAsked,
  PreparedReport,
  ReadingView,
  ReleasedPreliminaryReport,
  SignedOrApproved,
} from "../../journey/views/reading.ts"
import { ByCard } from "./by-card.ts"
import { checkGesture } from "./gesture.ts"
import { ourError } from "./http-status.ts"
import { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { DeskOptions } from "./options.ts"
import type { Passkeys } from "./passkeys.ts"
import { sha256 } from "../../standards/sha256.ts"

const OPEN_INTENTS = 1_000

interface Intent {
  readonly personId: string
  /** base64url SHA-256 of what the reader is asked to agree to. */
  readonly challenge: string
  readonly expiresAt: Date
  /** Signatures of assertions already shown: the same gesture does not buy a second PIN. */
  readonly shown: ReadonlySet<string>
}

/** Who signs, and from where: for the audit trail. */
interface Signer {
  readonly request: IncomingMessage
  readonly person: Person
}
type SigningOptions = Pick<DeskOptions, "people" | "clock" | "audit" | "readersCards">

export class Signing {
  readonly #desk: ReadingDesk
  readonly #passkeys: Passkeys
  readonly #options: SigningOptions
  readonly #audit: LoginAudit
  readonly #byCard: ByCard
  /** prepareId → what must be agreed to */
  readonly #intents = new OneUse<Intent>(OPEN_INTENTS)

  constructor(desk: ReadingDesk, passkeys: Passkeys, options: SigningOptions) {
    this.#desk = desk
    this.#passkeys = passkeys
    this.#options = options
    this.#audit = new LoginAudit(options)
    this.#byCard = new ByCard(options.readersCards ?? null)
  }

  /** A case, with what its page needs to have a card sign what waits for it. */
  async shown(person: Person, requestId: string): Promise<ReadingView> {
    return this.#byCard.shown(person, await this.#desk.reading(person, requestId))
  }

  /** Freezes the report and asks for the passkey over it. */
  async prepare(person: Person, requestId: string, expectedVersion: number): Promise<PreparedReport> {
    this.#byCard.giveUp(person)
    const asked = await this.#asked(person, await this.#desk.prepare(person, requestId, expectedVersion))
    const bridge = this.#byCard.bridgeOf(person)
    return { ...asked, ...(bridge === null ? {} : { bridge }) }
  }

  /** Freezes a preliminary report and asks for the passkey over it. No key of the reader signs it. */
  async preparePreliminary(
    person: Person,
    requestId: string,
    expectedVersion: number,
  ): Promise<PreparedReport> {
    return this.#asked(person, await this.#desk.preparePreliminary(person, requestId, expectedVersion))
  }

  async #asked(
    person: Person,
    { intent, ...prepared }: Awaited<ReturnType<ReadingDesk["prepare"]>>,
  ): Promise<PreparedReport> {
    const challenge = sha256(intent)
    const credentials = await this.#options.people.credentialsOf(person.id)
    const passkey = await this.#passkeys.signingOptions(challenge, credentials)
    this.#keep(prepared.prepareId, {
      personId: person.id,
      challenge: challenge.toString("base64url"),
      expiresAt: new Date(prepared.expiresAt),
      shown: new Set(),
    })
    return { ...prepared, passkey }
  }

  /**
   * Checks the assertion against the stored intent, then has the report signed. An intent serves for one signature;
   * after a wrong passkey or PIN, or a failure that may pass, it stays open and the next try needs a fresh gesture.
   *
   * @throws ReportError ERR_SIGN_INTENT; DeskError ERR_TOO_MANY_ATTEMPTS; KeyError ERR_KEY_PASSPHRASE; what the port throws
   */
  async sign(
    { request, person }: Signer,
    prepareId: string,
    response: AuthenticationResponseJSON,
    pin: string,
  ): Promise<SignedOrApproved | CardAsked> {
    const intent = await this.#agreed({ request, person }, prepareId, response)
    return this.#byCard.begun(person, () =>
      this.#signIntended({ request, person }, prepareId, intent, response, pin),
    )
  }

  /**
   * As `sign`, for a preliminary report: no key of the reader is asked, and no PIN.
   *
   * @throws as `sign`, but for KeyError
   */
  async release(
    signer: Signer,
    prepareId: string,
    response: AuthenticationResponseJSON,
  ): Promise<ReleasedPreliminaryReport> {
    const intent = await this.#agreed(signer, prepareId, response)
    try {
      return await this.#desk.release(signer.person, prepareId, evidenceOf(response))
    } catch (error) {
      if (ourError(error)?.failure === "transient") this.#reopen(prepareId, intent, response)
      throw error
    }
  }

  /** The assertion is over what was frozen under this id, and is used once. */
  async #agreed(
    { request, person }: Signer,
    prepareId: string,
    response: AuthenticationResponseJSON,
  ): Promise<Intent> {
    await this.#refuseLocked(person)
    const mine = (intent: Intent): boolean => intent.personId === person.id
    const intent = this.#intents.take(prepareId, this.#options.clock.now(), mine)
    if (intent === null)
      throw new ReportError("ERR_SIGN_INTENT", "nothing is prepared under this id, or no longer")
    try {
      await this.#checkIntent(person, intent, response)
    } catch (error) {
      this.#reopen(prepareId, intent, response)
      await this.#failed({ request, person }, "a passkey did not check at signing")
      throw error
    }
    return intent
  }

  /**
   * What this person approved before, with a passkey, and could not be signed then.
   *
   * @throws as `sign`, but for ERR_SIGN_INTENT
   */
  async signApproved(signer: Signer, requestId: string, pin: string): Promise<SignedOrApproved | CardAsked> {
    await this.#refuseLocked(signer.person)
    return this.#byCard.begun(signer.person, () =>
      this.#withPin(signer, () => this.#desk.signApproved(signer.person, requestId, pin)),
    )
  }

  /**
   * What this person's card answered to what `sign` or `signApproved` asked of it.
   *
   * @param signature base64; null = it did not sign
   * @throws KeyError ERR_KEY_CARD; as `sign`
   */
  cardSigned(person: Person, questionId: string, signature: string | null): Promise<SignedOrApproved> {
    return this.#byCard.ended(person, questionId, signature)
  }

  /** A PIN that nobody could try says nothing of who types it. */
  async #withPin(signer: Signer, act: () => Promise<SignedOrApproved>): Promise<SignedOrApproved> {
    try {
      const signed = await act()
      if (signed.awaitsSignature !== true) await this.#options.people.forgetFailures(signer.person.id)
      return signed
    } catch (error) {
      if (ourError(error)?.code === "ERR_KEY_PASSPHRASE") await this.#failed(signer, "a wrong PIN at signing")
      throw error
    }
  }

  /** Counts against the person, and stands in the audit trail. */
  async #failed({ request, person }: Signer, description: string): Promise<void> {
    await this.#options.people.countFailure(person.id, this.#options.clock.now())
    await this.#audit.failed(request, person, description)
  }

  async #signIntended(
    { request, person }: Signer,
    prepareId: string,
    intent: Intent,
    response: AuthenticationResponseJSON,
    pin: string,
  ): Promise<SignedOrApproved> {
    try {
      return await this.#withPin({ request, person }, () =>
        this.#desk.sign(person, prepareId, pin, evidenceOf(response)),
      )
    } catch (error) {
      const ours = ourError(error)
      if (ours?.code === "ERR_KEY_PASSPHRASE" || ours?.failure === "transient")
        this.#reopen(prepareId, intent, response)
      throw error
    }
  }

  async #checkIntent(person: Person, intent: Intent, response: AuthenticationResponseJSON): Promise<void> {
    if (intent.shown.has(response.response.signature)) throw refusal("this gesture was already used")
    const parts = { passkeys: this.#passkeys, options: this.#options }
    try {
      await checkGesture(parts, person, intent.challenge, response)
    } catch (cause) {
      throw cause instanceof DeskError ? refusal(cause.message, cause) : cause
    }
  }

  /** Another try with what was frozen, but not with the same gesture. */
  #reopen(prepareId: string, intent: Intent, response: AuthenticationResponseJSON): void {
    const shown = new Set([...intent.shown, response.response.signature])
    this.#keep(prepareId, { ...intent, shown })
  }

  async #refuseLocked(person: Person): Promise<void> {
    if (await this.#options.people.locked(person.id, this.#options.clock.now()))
      throw new DeskError("ERR_TOO_MANY_ATTEMPTS", "locked for a while after wrong answers")
  }

  #keep(prepareId: string, intent: Intent): void {
    this.#intents.put(prepareId, intent, intent.expiresAt)
  }
}

const evidenceOf = (response: AuthenticationResponseJSON): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(response))

function refusal(why: string, cause?: Error): ReportError {
  return new ReportError("ERR_SIGN_INTENT", why, { cause })
}
