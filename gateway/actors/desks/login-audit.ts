/** The audit of coming and going: PS3.15 A.5.3.12 User Authentication, as events of the trail. */
import type { IncomingMessage } from "node:http"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { Person } from "../../journey/ports/person.ts"
import { clientAddress } from "./client-address.ts"
import { Limiter } from "./limiter.ts"
import type { DeskOptions } from "./options.ts"

/** So many failures of one person, or from one address, within the window are an alert: told once per window. */
export const ALERT_AFTER_FAILURES = 5
const WINDOW_MS = 15 * 60_000

/** An alert is about a node: where it came from; a new passkey about whose it is. */
function subjectOf(event: AuditEvent["event"], address: string, person: Person | null): string | null {
  if (event === "security-alert") return address
  return event === "credential-added" && person !== null ? `urn:dokuei:person:${person.login}` : null
}

export class LoginAudit {
  readonly #options: Pick<DeskOptions, "audit" | "clock" | "proxies">
  readonly #failures: Limiter

  constructor(options: Pick<DeskOptions, "audit" | "clock" | "proxies">) {
    this.#options = options
    this.#failures = new Limiter(options.clock, Infinity, WINDOW_MS)
  }

  addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.#options.proxies ?? [])
  }

  login(request: IncomingMessage, person: Person, description: string): Promise<void> {
    return this.#record("login", "success", request, person, description)
  }

  /** `person` when the attempt named one that exists. */
  async failed(request: IncomingMessage, person: Person | null, description: string): Promise<void> {
    await this.#record("login-failed", "minor", request, person, description)
    if (this.#failures.count(person?.id ?? this.addressOf(request)) === ALERT_AFTER_FAILURES)
      await this.alert(
        request,
        person,
        `${ALERT_AFTER_FAILURES} failed logins within 15 minutes: ${description}`,
      )
  }

  /** Somebody tries what they may not, again and again or with a right that was never given. */
  alert(request: IncomingMessage, person: Person | null, description: string): Promise<void> {
    return this.#record("security-alert", "serious", request, person, description)
  }

  logout(request: IncomingMessage, person: Person): Promise<void> {
    return this.#record("logout", "success", request, person, "logged out")
  }

  enrolled(request: IncomingMessage, person: Person): Promise<void> {
    return this.#record("credential-added", "success", request, person, "a passkey was enrolled")
  }

  /** For whoever keeps it together with the change itself. */
  registered(request: IncomingMessage, id: string, label: string): AuditEvent {
    const words = `device "${label}" was registered from ${this.addressOf(request)}, by its code`
    const told = this.#event("account-changed", "success", request, null, words)
    return { ...told, objectId: `urn:dokuei:device:${id}` }
  }

  async #record(
    event: AuditEvent["event"],
    outcome: AuditEvent["outcome"],
    request: IncomingMessage,
    person: Person | null,
    description: string,
  ): Promise<void> {
    await this.#options.audit(this.#event(event, outcome, request, person, description))
  }

  #event(
    event: AuditEvent["event"],
    outcome: AuditEvent["outcome"],
    request: IncomingMessage,
    person: Person | null,
    description: string,
  ): AuditEvent {
    const address = this.addressOf(request)
    return {
      event,
      outcome,
      at: this.#options.clock.now().toISOString(),
      user: person?.login ?? null,
      userName: person?.name ?? null,
      peer: { id: address, address },
      PatientID: null,
      StudyInstanceUID: null,
      objectId: subjectOf(event, address, person),
      SOPClassUID: null,
      instances: null,
      description,
    }
  }
}
