/** Opens a desk: server, headers, door, live events, the viewer's files, and the routes of its kind. */
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import express, { type Express } from "express"
import { DeskError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { SessionView } from "../../journey/views/session.ts"
import { CardDoor } from "./card-door.ts"
import { DeviceDoor } from "./device-door.ts"
import { DeviceJudge } from "./device-judge.ts"
import { Door } from "./door.ts"
import { answerErrors } from "./error-answer.ts"
import { neverStored, policyHeaders } from "./headers.ts"
import { Limiter } from "./limiter.ts"
import { LiveEvents } from "./live-events.ts"
import { LoginAudit } from "./login-audit.ts"
import { MachineTokens } from "./machine-tokens.ts"
import { mountOfficer } from "./officer.ts"
import type { DeskOptions, OpenDesk } from "./options.ts"
import { Passkeys } from "./passkeys.ts"
import { Routes } from "./routes.ts"
import { requestLog } from "./request-log.ts"
import { DeskSessions } from "./sessions.ts"
import { siteOf } from "./site.ts"
import { staticViewer } from "./static-viewer.ts"

/** A client that dawdles gives its place back. */
const SERVER_LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 }
const MAX_HEADERS = 64
const MAX_REQUESTS_PER_SOCKET = 10_000
const MAX_CONNECTIONS = 1_024
const MACHINE_FAILURES_PER_MINUTE = 20

export interface DeskKind {
  readonly desk: SessionView["desk"]
  readonly role: Person["role"]
  mount(routes: Routes, passkeys: Passkeys): void
}

/**
 * Listens; resolves when the port is open.
 *
 * @throws ConfigError ERR_CONFIG_INVALID when origin and rpId do not fit; the system's error when the port is taken
 */
export async function openDesk(options: DeskOptions, kind: DeskKind): Promise<OpenDesk> {
  siteOf(options.origin, options.rpId, options.port) // a wrong origin is said before a port is opened
  const app = express()
  const server = serverFor(options, app)
  options.guard?.(server)
  const port = await listen(server, options)
  const site = siteOf(options.origin, options.rpId, port)
  const sessions = new DeskSessions(options, site)
  const events = new LiveEvents(options, site, sessions)
  const failures = new Limiter(options.clock, MACHINE_FAILURES_PER_MINUTE, 60_000)
  const machines = new MachineTokens(options.machineTokens, failures, new LoginAudit(options))
  const routesFor = (...roles: readonly Person["role"][]): Routes =>
    new Routes(app, site, sessions, machines, roles)
  const passkeys = new Passkeys(site, options.rpId, options.siteName, options.chance)

  const cards = await openCards(options, site.origin)

  app.disable("x-powered-by").disable("etag").set("query parser", "simple")
  app.use(requestLog(options.log))
  app.use(...policyHeaders(site.secure, options.readersCards?.bridge))
  app.use(["/api", "/dicomweb"], neverStored)
  const judge = new DeviceJudge(options.people, site)
  new Door(options, kind.desk, { sessions, passkeys, judge, events, cards }).mount(
    routesFor(kind.role, "officer"),
  )
  new DeviceDoor(options, site).mount(routesFor())
  kind.mount(routesFor(kind.role), passkeys)
  mountOfficer(routesFor("officer"), options.officer, passkeys, options, events)
  finish(app, options)
  events.listen(server)

  return {
    port,
    cardPort: cards?.port ?? null,
    origin: site.origin,
    notify: (event) => events.notify(event),
    close: async () => {
      await cards?.door.close()
      await close(server, events)
    },
  }
}

/** The door beside it for cards, where there is one. */
async function openCards(options: DeskOptions, deskOrigin: string) {
  const { cards } = options
  if (cards === undefined) return null
  const door = new CardDoor(options, cards, deskOrigin, new LoginAudit(options))
  const port = await door.listen()
  const url = new URL(cards.origin)
  if (url.port === "0") url.port = String(port)
  return { door, port, origin: url.origin }
}

/** What no route took is a file of the viewer, or nothing. */
function finish(app: Express, options: DeskOptions): void {
  if (options.staticDir !== null) app.use(staticViewer(options.staticDir))
  app.use(neverStored, () => {
    throw new DeskError("ERR_NOT_FOUND", "no such address")
  })
  app.use(answerErrors(options))
}

function serverFor({ tls }: DeskOptions, app: Express): Server {
  const server =
    tls === null
      ? createServer(SERVER_LIMITS, app)
      : createTlsServer({ ...SERVER_LIMITS, ...tls, minVersion: "TLSv1.2" }, app)
  server.maxHeadersCount = MAX_HEADERS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.maxConnections = MAX_CONNECTIONS
  return server
}

function listen(server: Server, { host, port }: DeskOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.off("error", reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server, events: LiveEvents): Promise<void> {
  events.close()
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
