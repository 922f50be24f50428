/** Sessions of a desk: the cookie in the browser and the record behind it. */
import type { IncomingMessage } from "node:http"
import type { Response } from "express"
import { DeskError } from "../../journey/errors.ts"
import type { NewSession, Person } from "../../journey/ports/person.ts"
import type { DeskOptions } from "./options.ts"
import type { Site } from "./site.ts"

const SESSION_ID_BYTES = 32
const SESSION_ID = /^[A-Za-z0-9_-]{43}$/

/** A request marked so is the page's own (a reload after a live event), not a person's: it keeps nobody logged in. */
const BACKGROUND_HEADER = "x-background"

export class DeskSessions {
  readonly #options: Pick<DeskOptions, "people" | "clock" | "chance">
  readonly #site: Site

  constructor(options: Pick<DeskOptions, "people" | "clock" | "chance">, site: Site) {
    this.#options = options
    this.#site = site
  }

  /** The session id the browser sent; null when there is none, or more than one (cookie tossing). */
  idOf(request: IncomingMessage): string | null {
    const prefix = `${this.#site.cookieName}=`
    const ids = (request.headers.cookie ?? "")
      .split(";")
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(prefix))
      .map((pair) => pair.slice(prefix.length))
    const [id] = ids
    return ids.length === 1 && id !== undefined && SESSION_ID.test(id) ? id : null
  }

  /** Who sends this request. It counts as activity unless marked `X-Background`. */
  async who(request: IncomingMessage): Promise<Person | null> {
    const id = this.idOf(request)
    if (id === null) return null
    const now = this.#options.clock.now()
    return request.headers[BACKGROUND_HEADER] === undefined
      ? this.#options.people.session(id, now)
      : this.#options.people.peekSession(id, now)
  }

  /** As `who`, never as activity. */
  async peek(id: string | null): Promise<Person | null> {
    return id === null ? null : this.#options.people.peekSession(id, this.#options.clock.now())
  }

  /**
   * A new session with a new id at every login (against session fixation); the one before it ends.
   *
   * @throws DeskError ERR_LOGIN_REFUSED or ERR_DEVICE_REFUSED when the passkey, the card or the device was taken away meanwhile
   */
  async begin(
    opening: Omit<NewSession, "sessionId">,
    request: IncomingMessage,
    response: Response,
  ): Promise<void> {
    const { people, clock, chance } = this.#options
    const former = this.idOf(request)
    const id = Buffer.from(chance.bytes(SESSION_ID_BYTES)).toString("base64url")
    const refusal = await people.openSession({ ...opening, sessionId: id }, clock.now())
    if (refusal === "passkey" || refusal === "card")
      throw new DeskError("ERR_LOGIN_REFUSED", `this ${refusal} was taken back meanwhile`)
    if (refusal === "device")
      throw new DeskError("ERR_DEVICE_REFUSED", "this device counts for this person no more")
    if (former !== null) await people.closeSession(former, clock.now())
    this.#setCookie(response, id)
  }

  /**
   * Ends the session and tells the browser to forget what it held for it: not its storage, where the key of a registered device
   * lies; what a page keeps there for a session it clears itself (docs/adr/0038). Returns the id that ended.
   */
  async end(request: IncomingMessage, response: Response): Promise<string | null> {
    const id = this.idOf(request)
    const { people, clock } = this.#options
    if (id !== null) await people.closeSession(id, clock.now())
    this.#setCookie(response, null)
    response.set("Clear-Site-Data", '"cache", "cookies"')
    return id
  }

  /** No Max-Age: the browser forgets it when it closes; the server decides about the rest. */
  #setCookie(response: Response, id: string | null): void {
    const attributes = ["Path=/", "HttpOnly", "SameSite=Strict"]
    if (this.#site.secure) attributes.push("Secure")
    if (id === null) attributes.push("Max-Age=0")
    response.set("Set-Cookie", [`${this.#site.cookieName}=${id ?? ""}`, ...attributes].join("; "))
  }
}
