/**
 * The way between two gateways in one process as it is between two machines: Document Source, mutual TLS, a relay that does
 * what lines do, Document Recipient.
 */
import { documentSource } from "../../gateway/actors/document-source/document-source.ts"
import { listen, type Recipient } from "../../gateway/actors/document-recipient/listen.ts"
import { identifyBy, pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { DocumentSource } from "../../gateway/journey/ports/outside.ts"
import { callingAs, credentials, makePeople, type People } from "../actors/two-sides.ts"
import { type RelayEnds, UnrulyRelay } from "../peers/unruly-relay.ts"
import { CENTER, HOSPITAL } from "./agreements.ts"

const NOBODY = (): void => undefined

export class Wire {
  readonly relays: UnrulyRelay[] = []
  /** What the recipients took for faults of their own. */
  readonly faults: unknown[] = []
  readonly #people: People = makePeople()
  readonly #fate: RelayEnds["fate"]
  readonly #holdsLate: boolean
  readonly #recipients: Recipient[] = []

  /** @param holdsLate late copies wait until a relay is told otherwise */
  constructor(fate: RelayEnds["fate"], holdsLate = false) {
    this.#fate = fate
    this.#holdsLate = holdsLate
  }

  /** How one side submits to the other's door, as the partner it is there. */
  source(door: () => SubmissionHandler, asPartner: string): DocumentSource {
    const opened = this.#open(door, asPartner)
    return {
      provideAndRegister: async (...call) => (await opened).provideAndRegister(...call),
    }
  }

  /** What is still on its way arrives. True when there was something. */
  async comeToRest(): Promise<boolean> {
    const moved = await Promise.all(this.relays.map((relay) => relay.comeToRest()))
    return moved.includes(true)
  }

  async close(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.close()))
    await Promise.all(this.#recipients.map((recipient) => recipient.close()))
  }

  async #open(door: () => SubmissionHandler, asPartner: string): Promise<DocumentSource> {
    const people = this.#people
    const recipient = await listen(
      {
        host: "127.0.0.1",
        port: 0,
        tls: serverTls(credentials(people, people.center)),
        identify: identifyBy({ [asPartner]: [pinOf(people.hospital.x509)] }),
        speaksEnough: () => true,
        revoked: () => null,
        sourceOf: () => [HOSPITAL.oid, CENTER.oid],
        limits: { closeTimeoutMs: 500 },
        onRefused: NOBODY,
        onFailed: NOBODY,
        onTolerated: NOBODY,
        onFault: (fault) => this.faults.push(fault),
      },
      { begin: (...call) => door().begin(...call) },
    )
    const calling = callingAs(people, people.hospital)
    const relay = await UnrulyRelay.open({
      as: serverTls(credentials(people, people.center)),
      calling,
      recipientPort: recipient.port,
      fate: this.#fate,
    })
    relay.holdsLate = this.#holdsLate
    this.#recipients.push(recipient)
    this.relays.push(relay)
    return documentSource(() => ({ url: relay.url, tls: calling }))
  }
}
