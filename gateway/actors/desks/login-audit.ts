/** The audit of coming and going: PS3.15 A.5.3.12 User Authentication, as events of the trail. */
import type { IncomingMessage } from "node:http"
import type { AuditEvent, Person } from "../../journey/ports.ts"
import type { DeskOptions } from "./options.ts"

export class LoginAudit {
  readonly #options: Pick<DeskOptions, "audit" | "clock">

  constructor(options: Pick<DeskOptions, "audit" | "clock">) {
    this.#options = options
  }

  login(request: IncomingMessage, person: Person, description: string): Promise<void> {
    return this.#record("login", "success", request, person, description)
  }

  /** `person` when the attempt named one that exists. */
  failed(request: IncomingMessage, person: Person | null, description: string): Promise<void> {
    return this.#record("login-failed", "minor", request, person, description)
  }

  logout(request: IncomingMessage, person: Person): Promise<void> {
    return this.#record("logout", "success", request, person, "logged out")
  }

  async #record(
    event: AuditEvent["event"],
    outcome: AuditEvent["outcome"],
    request: IncomingMessage,
    person: Person | null,
    description: string,
  ): Promise<void> {
    const address = request.socket.remoteAddress ?? ""
    await this.#options.audit({
      event,
      outcome,
      at: this.#options.clock.now().toISOString(),
      user: person?.login ?? null,
      userName: person?.name ?? null,
      peer: { id: address, address },
      PatientID: null,
      StudyInstanceUID: null,
      objectId: null,
      SOPClassUID: null,
      instances: null,
      description,
    })
  }
}
