/** How partners are called: in the form agreed, over a line of ours or a connection they hold, at the pace agreed. */
import { documentSource } from "../actors/document-source/document-source.ts"
import type { Endpoint, HeldEndpoint } from "../actors/document-source/endpoint.ts"
import { pacedSource, type PaceTime } from "../actors/document-source/paced.ts"
import { storeSource } from "../actors/document-source/store-source.ts"
import type { NodeCredentials } from "../actors/secure-node/tls.ts"
import { wait } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import type { DocumentSource } from "../journey/ports/outside.ts"
import { watchedSource, type Contacts } from "../journey/technician/contacts.ts"
import type { Log } from "../log.ts"
import { tellingSource, type RefusedServers } from "./refused-servers.ts"
import { heldRoads, type HeldRoads } from "./road-home.ts"
import { documentsTo, endpointsOf } from "./road.ts"

const NEVER = new AbortController().signal
const LINE_TIME: PaceTime = {
  now: () => performance.now(),
  wait: (milliseconds) => wait(milliseconds, NEVER),
}

export interface WaysOut {
  /** Where and how each partner is called that can be. */
  readonly endpointOf: (agreement: string) => Endpoint
  /** Connections that hospitals hold open for us. */
  readonly held: HeldRoads
  readonly source: DocumentSource
  /** Agreed for the line; null = as fast as it is. */
  readonly mbitPerSecondOf: (agreement: string) => number | null
}

export interface WaysOutParts {
  readonly config: Config
  readonly log: Log
  readonly credentials: NodeCredentials
  readonly contacts: Contacts
  readonly refused: RefusedServers
}

export function waysOut({ config, log, credentials, contacts, refused }: WaysOutParts): WaysOut {
  const endpointOf = endpointsOf(config, credentials)
  const held = heldRoads(config, log)
  const wayTo = (id: string): Endpoint | HeldEndpoint => held.endpointOf(id) ?? endpointOf(id)
  const byForm = documentsTo(config, { submit: documentSource(wayTo), store: storeSource(endpointOf) })
  const documents = tellingSource(byForm, (id) => wayTo(id).url, refused)
  const mbitPerSecondOf = (id: string): number | null =>
    config.agreements.find((each) => each.id === id)?.line.maxMbitPerSecond ?? null
  const source = watchedSource(pacedSource(documents, mbitPerSecondOf, LINE_TIME), contacts)
  return { endpointOf, held, source, mbitPerSecondOf }
}
