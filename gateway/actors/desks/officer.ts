/** The officer's page over HTTP (docs/desk-api.md), at either desk: accounts, passkeys, certificates and devices. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server"
import { DeskError } from "../../journey/errors.ts"
import type { NamedCertificate, OfficerDesk } from "../../journey/ports/accounts.ts"
import type { Person } from "../../journey/ports/person.ts"
import { checkGesture } from "./gesture.ts"
import {
  gestureBody,
  lostBody,
  namedCertificateBody,
  offerDeviceBody,
  revokeBody,
  revokeDeviceBody,
} from "./input.ts"
import type { LiveEvents } from "./live-events.ts"
import { Limiter } from "./limiter.ts"
import { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { DeskOptions } from "./options.ts"
import { CEREMONY_MS, claimedChallenge, type Passkeys } from "./passkeys.ts"
import type { Call, Routes } from "./routes.ts"
import { sha256 } from "../../standards/sha256.ts"

const OPEN_CONFIRMATIONS = 100
/**
 * Taking away asks for no gesture: it must be quicker than whoever found the device (docs/adr/0029). So many of one officer is a
 * bag of lost tablets; more is a page that somebody else has found open.
 */
const TAKINGS = 20
const TAKINGS_WITHIN_MS = 15 * 60_000

/** What an officer was asked to agree to. */
interface Asked {
  readonly officerId: string
  readonly which: NamedCertificate
  readonly words: Uint8Array
}

/**
 * @param routes that admit officers and nobody else
 * @param events pages whose session ends by what an officer does
 */
export function mountOfficer(
  routes: Routes,
  desk: OfficerDesk,
  passkeys: Passkeys,
  options: DeskOptions,
  events: Pick<LiveEvents, "endOver">,
): void {
  const confirming = new Confirming(desk, passkeys, options)
  routes.json("get", "/api/accounts", null, ({ person }) => desk.accounts(person))
  routes.json("post", "/api/accounts/confirmation", namedCertificateBody, ({ person, body }) =>
    confirming.ask(person, body),
  )
  routes.json("post", "/api/accounts/confirm", gestureBody, async (call) => {
    await confirming.confirm(call, call.body.response)
    return {}
  })
  const takings = new Limiter(options.clock, TAKINGS, TAKINGS_WITHIN_MS)
  routes.json("post", "/api/accounts/revoke", revokeBody, async ({ person, body }) => {
    takings.count(person.id)
    const { reason, ...which } = body
    await desk.revoke(person, which, reason)
    await events.endOver()
    return {}
  })
  routes.json("post", "/api/accounts/lost", lostBody, async ({ person, body }) => {
    takings.count(person.id)
    const { reason, ...which } = body
    await desk.lost(person, which, reason)
    await events.endOver()
    return {}
  })
  routes.json("post", "/api/accounts/device", offerDeviceBody, ({ person, body }) =>
    desk.offerDevice(person, body),
  )
  routes.json("post", "/api/accounts/device/revoke", revokeDeviceBody, async ({ person, body }) => {
    takings.count(person.id)
    await desk.revokeDevice(person, body.id, body.reason)
    await events.endOver()
    return {}
  })
}

/** A gesture confirms the one certificate it was asked for, once, and leaves its assertion as evidence. */
class Confirming {
  readonly #desk: OfficerDesk
  readonly #passkeys: Passkeys
  readonly #options: DeskOptions
  readonly #audit: LoginAudit
  /** challenge → what is agreed to */
  readonly #asked = new OneUse<Asked>(OPEN_CONFIRMATIONS)

  constructor(desk: OfficerDesk, passkeys: Passkeys, options: DeskOptions) {
    this.#desk = desk
    this.#passkeys = passkeys
    this.#options = options
    this.#audit = new LoginAudit(options)
  }

  async ask(officer: Person, which: NamedCertificate): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const words = await this.#desk.confirmation(officer, which)
    const challenge = sha256(words)
    const credentials = await this.#options.people.credentialsOf(officer.id)
    const expiresAt = new Date(this.#options.clock.now().getTime() + CEREMONY_MS)
    this.#asked.put(challenge.toString("base64url"), { officerId: officer.id, which, words }, expiresAt)
    return this.#passkeys.signingOptions(challenge, credentials)
  }

  /** @throws DeskError ERR_LOGIN_REFUSED, ERR_TOO_MANY_ATTEMPTS, and what the desk refuses */
  async confirm(
    { request, person }: Pick<Call<unknown>, "request" | "person">,
    response: AuthenticationResponseJSON,
  ): Promise<void> {
    const { people, clock } = this.#options
    if (await people.locked(person.id, clock.now()))
      throw new DeskError("ERR_TOO_MANY_ATTEMPTS", "the account is locked for a while")
    try {
      const asked = await this.#answered(person, response)
      const evidence = { words: new TextDecoder().decode(asked.words), response }
      await this.#desk.confirm(person, asked.which, JSON.stringify(evidence))
    } catch (error) {
      if (!(error instanceof DeskError) || error.code !== "ERR_LOGIN_REFUSED") throw error
      await people.countFailure(person.id, clock.now())
      await this.#audit.failed(
        request,
        person,
        "a passkey did not check at the confirmation of a certificate",
      )
      throw error
    }
  }

  async #answered(person: Person, response: AuthenticationResponseJSON): Promise<Asked> {
    const challenge = claimedChallenge(response.response.clientDataJSON)
    const mine = ({ officerId }: Asked): boolean => officerId === person.id
    const asked = this.#asked.take(challenge, this.#options.clock.now(), mine)
    if (asked === null) throw new DeskError("ERR_LOGIN_REFUSED", "an answer to no open question, or too late")
    await checkGesture({ passkeys: this.#passkeys, options: this.#options }, person, challenge, response)
    return asked
  }
}
