/** The door of both desks: who am I, enrol, log in, log out. */
import type { IncomingMessage } from "node:http"
import type { Response } from "express"
import { DeskError } from "../../journey/errors.ts"
import type { KnownDevice } from "../../journey/ports/devices.ts"
import type { NewSession, Person } from "../../journey/ports/person.ts"
import type { SessionView } from "../../journey/views/session.ts"
import type { CardDoor } from "./card-door.ts"
import { demandOwner, type DeviceJudge, type Shown } from "./device-judge.ts"
import { cardBody, enrolBody, enrolOptionsBody, loginBody } from "./input.ts"
import { Limiter } from "./limiter.ts"
import type { LiveEvents } from "./live-events.ts"
import { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { DeskOptions } from "./options.ts"
import { CEREMONY_MS, claimedChallenge, type Passkeys } from "./passkeys.ts"
import type { Routes } from "./routes.ts"
import type { DeskSessions } from "./sessions.ts"
import type { z } from "zod"

const MINUTE_MS = 60_000
/** A whole department may sit behind one address. */
const ATTEMPTS_PER_ADDRESS = 60
const ATTEMPTS_PER_CODE = 10
const OPEN_CEREMONIES = 1_000

/** What a door stands on. */
export interface DoorParts {
  readonly sessions: DeskSessions
  readonly passkeys: Passkeys
  readonly judge: DeviceJudge
  readonly events: LiveEvents
  readonly cards: { readonly door: CardDoor; readonly origin: string } | null
}

/** Who comes in: how, and on which device. */
interface Entrance {
  /** As of a NewSession. */
  readonly by: Pick<NewSession, "passkey" | "certificate">
  readonly how: string
  readonly device: KnownDevice | null
}

export class Door {
  readonly #options: DeskOptions
  readonly #kind: SessionView["desk"]
  readonly #sessions: DeskSessions
  readonly #passkeys: Passkeys
  readonly #judge: DeviceJudge
  readonly #events: LiveEvents
  readonly #cards: { readonly door: CardDoor; readonly origin: string } | null
  readonly #audit: LoginAudit
  readonly #byAddress: Limiter
  readonly #byCode: Limiter
  /** challenge → the code it was made for */
  readonly #enrolments = new OneUse<string>(OPEN_CEREMONIES)
  /** challenge → nothing: whoever answers it says who they are */
  readonly #logins = new OneUse<true>(OPEN_CEREMONIES)

  constructor(
    options: DeskOptions,
    kind: SessionView["desk"],
    { sessions, passkeys, judge, events, cards }: DoorParts,
  ) {
    this.#options = options
    this.#kind = kind
    this.#sessions = sessions
    this.#passkeys = passkeys
    this.#judge = judge
    this.#events = events
    this.#cards = cards
    this.#audit = new LoginAudit(options)
    this.#byAddress = new Limiter(options.clock, ATTEMPTS_PER_ADDRESS, MINUTE_MS)
    this.#byCode = new Limiter(options.clock, ATTEMPTS_PER_CODE, 15 * MINUTE_MS)
  }

  mount(routes: Routes): void {
    routes.public("get", "/api/session", null, async ({ request }) =>
      this.#view(await this.#sessions.peek(this.#sessions.idOf(request))),
    )
    // Who is at the page says so: answering it is activity, and that is all it does.
    routes.json("post", "/api/session", null, ({ person }) => Promise.resolve(this.#view(person)))
    routes.public("post", "/api/enrol/options", enrolOptionsBody, ({ request, body }) =>
      this.#enrolOptions(request, body.code),
    )
    routes.public("post", "/api/enrol", enrolBody, ({ request, response, body }) =>
      this.#enrol(request, response, body),
    )
    routes.public("post", "/api/login/options", null, ({ request }) => this.#loginOptions(request))
    routes.public("post", "/api/login", loginBody, ({ request, response, body }) =>
      this.#login(request, response, body),
    )
    const cards = this.#cards
    if (cards !== null)
      routes.public("post", "/api/login/card", cardBody, ({ request, response, body }) =>
        this.#loginByCard(request, response, cards.door, body),
      )
    routes.public("post", "/api/logout", null, ({ request, response }) => this.#logout(request, response))
  }

  async #enrolOptions(request: IncomingMessage, code: string): Promise<object> {
    const person = await this.#enrolling(request, code)
    const existing = await this.#options.people.credentialsOf(person.id)
    const options = await this.#passkeys.registrationOptions(person, existing)
    this.#enrolments.put(options.challenge, code, this.#ceremonyEnd())
    return { personName: person.name, options }
  }

  async #enrol(
    request: IncomingMessage,
    response: Response,
    body: z.infer<typeof enrolBody>,
  ): Promise<SessionView> {
    const person = await this.#enrolling(request, body.code)
    const challenge = claimedChallenge(body.response.response.clientDataJSON)
    const asked = this.#enrolments.take(challenge, this.#now(), (code) => code === body.code)
    if (asked === null) return this.#refuse(request, person, "the enrolment took too long or was repeated")
    const device = await this.#device(request, { purpose: "enrol", challenge, proof: body.device }, person)
    const credential = await this.#verified(request, person, () =>
      this.#passkeys.verifyRegistration(body.response, challenge),
    )
    if ((await this.#options.people.credential(credential.id)) !== null)
      return this.#refuse(request, person, "this passkey is already enrolled")
    if (!(await this.#options.people.addCredential(body.code, credential, this.#now())))
      throw new DeskError("ERR_CODE_REFUSED", "the enrolment code was used meanwhile")
    await this.#audit.enrolled(request, person)
    const by = { passkey: credential.id, certificate: null }
    return this.#enter(request, response, person, { by, how: "enrolled a passkey", device })
  }

  /** Who enrols with this code; counts the attempt. */
  async #enrolling(request: IncomingMessage, code: string): Promise<Person> {
    this.#byAddress.count(this.#audit.addressOf(request))
    this.#byCode.count(code)
    const person = await this.#options.people.enrolling(code, this.#now())
    if (person !== null) return person
    await this.#audit.failed(request, null, "an enrolment code was not accepted")
    throw new DeskError("ERR_CODE_REFUSED", "the enrolment code is unknown, used or expired")
  }

  async #loginOptions(request: IncomingMessage): Promise<object> {
    this.#byAddress.count(this.#audit.addressOf(request))
    const options = await this.#passkeys.loginOptions()
    this.#logins.put(options.challenge, true, this.#ceremonyEnd())
    return options
  }

  async #login(
    request: IncomingMessage,
    response: Response,
    { response: assertion, device: proof }: z.infer<typeof loginBody>,
  ): Promise<SessionView> {
    const { people } = this.#options
    this.#byAddress.count(this.#audit.addressOf(request))
    const challenge = claimedChallenge(assertion.response.clientDataJSON)
    const asked = this.#logins.take(challenge, this.#now())
    const credential = await people.credential(assertion.id)
    const person = credential === null ? null : await people.person(credential.personId)
    if (asked === null || credential === null || person === null)
      return this.#refuse(request, person, "an unknown passkey, or an answer to no open question")
    await this.#refuseLocked(request, person)
    const device = await this.#device(request, { purpose: "login", challenge, proof }, person)
    const counter = await this.#verified(request, person, () =>
      this.#passkeys.verifyAssertion(assertion, challenge, credential),
    )
    await people.countUse(credential.id, counter, this.#now())
    await people.forgetFailures(person.id)
    const by = { passkey: credential.id, certificate: null }
    return this.#enter(request, response, person, { by, how: "logged in by passkey", device })
  }

  /** Who showed a card at the other door has come back with its code. */
  async #loginByCard(
    request: IncomingMessage,
    response: Response,
    door: CardDoor,
    { code, verifier, device: proof }: z.infer<typeof cardBody>,
  ): Promise<SessionView> {
    this.#byAddress.count(this.#audit.addressOf(request))
    const came = await door.take(code, verifier)
    if (came === null)
      return this.#refuse(request, null, "an unknown code of the door for cards, or too late")
    const { person, detail } = came
    if (person === null) return this.#refuse(request, null, `a card counts no more: ${detail}`)
    await this.#refuseLocked(request, person)
    const device = await this.#device(request, { purpose: "card", challenge: code, proof }, person)
    const how = `logged in by certificate ${detail}`
    const by = { passkey: null, certificate: came.fingerprint }
    return this.#enter(request, response, person, { by, how, device })
  }

  /** Judged before a passkey is: from a device that is not on record nobody can lock an account out by wrong answers. */
  async #device(request: IncomingMessage, shown: Shown, person: Person): Promise<KnownDevice | null> {
    return this.#orTold(request, person, async () => {
      const device = await this.#judge.device(shown)
      demandOwner(device, person)
      return device
    })
  }

  /** A refusal for the sake of the device stands in the trail, with its reason. */
  async #orTold<Result>(
    request: IncomingMessage,
    person: Person,
    act: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof DeskError) await this.#audit.failed(request, person, error.message)
      throw error
    }
  }

  async #refuseLocked(request: IncomingMessage, person: Person): Promise<void> {
    if (!(await this.#options.people.locked(person.id, this.#now()))) return
    await this.#audit.failed(request, person, "the account is locked after wrong answers")
    throw new DeskError("ERR_TOO_MANY_ATTEMPTS", "the account is locked for a while")
  }

  /** Runs a passkey check; a refusal counts against the person and is recorded. */
  async #verified<Result>(
    request: IncomingMessage,
    person: Person,
    check: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await check()
    } catch (error) {
      await this.#options.people.countFailure(person.id, this.#now())
      await this.#audit.failed(request, person, "a passkey did not check")
      throw error
    }
  }

  async #refuse(request: IncomingMessage, person: Person | null, why: string): Promise<never> {
    await this.#audit.failed(request, person, why)
    throw new DeskError("ERR_LOGIN_REFUSED", why)
  }

  /** Recorded first: a login that cannot be recorded does not happen. */
  async #enter(
    request: IncomingMessage,
    response: Response,
    person: Person,
    { by, how, device }: Entrance,
  ): Promise<SessionView> {
    const where = device === null ? "" : `, on device "${device.label}" (${device.id})`
    await this.#audit.login(request, person, `${how}${where}`)
    const opening = { personId: person.id, ...by, deviceId: device?.id ?? null }
    await this.#orTold(request, person, () => this.#sessions.begin(opening, request, response))
    if (device === null) return this.#view(person)
    const { id, label, qualifiedUntil } = device
    return this.#view({ ...person, device: { id, label, qualifiedUntil } })
  }

  async #logout(request: IncomingMessage, response: Response): Promise<SessionView> {
    const person = await this.#sessions.peek(this.#sessions.idOf(request))
    const ended = await this.#sessions.end(request, response)
    if (ended !== null) this.#events.endSession(ended)
    if (person !== null) await this.#audit.logout(request, person)
    return this.#view(null)
  }

  /** Partners are nobody's business before login. */
  #view(person: Person | null): SessionView {
    return {
      person: person === null ? null : { id: person.id, name: person.name, role: person.role },
      site: this.#options.siteName,
      desk: this.#kind,
      ...(this.#cards === null ? {} : { cards: this.#cards.origin }),
      ...(this.#judge.rule === "registered" ? { registeredDevices: true } : {}),
      ...(person?.device === undefined ? {} : { device: person.device }),
      ...(this.#options.directory === undefined ? {} : { directory: true }),
      ...(this.#options.frozenSince === undefined ? {} : { frozenSince: this.#options.frozenSince }),
      serverTime: this.#now().toISOString(),
      idleMs: this.#options.people.idleMs,
      // What is agreed with partners is for those who work with them.
      agreements: person === null || person.role === "officer" ? [] : this.#options.agreements,
    }
  }

  #now(): Date {
    return this.#options.clock.now()
  }

  #ceremonyEnd(): Date {
    return new Date(this.#now().getTime() + CEREMONY_MS)
  }
}
