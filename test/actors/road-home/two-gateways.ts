/**
 * A reading centre and a hospital that cannot be called: between them a router that lets connections out and none in, and
 * that may break them, forget them, or be slow.
 */
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { listen, type Recipient } from "../../../gateway/actors/document-recipient/listen.ts"
import type { FailedSubmission } from "../../../gateway/actors/document-recipient/options.ts"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import { upgraded } from "../../../gateway/actors/document-source/upgrade.ts"
import { Keeper } from "../../../gateway/actors/road-home/keeper.ts"
import { ROAD_HOME, ROAD_TIMING, type RoadTiming } from "../../../gateway/actors/road-home/protocol.ts"
import { Roads } from "../../../gateway/actors/road-home/roads.ts"
import type { ServedEnd } from "../../../gateway/actors/road-home/served-connection.ts"
import { identifyBy, pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { RECIPIENT_LIMITS } from "../../../gateway/actors/document-recipient/limits.ts"
import { systemChance, systemClock, wait } from "../../../gateway/clock.ts"
import type { DocumentSource } from "../../../gateway/journey/ports/outside.ts"
import { SOURCE_ID } from "../../standards/xds/sample-submission.ts"
import {
  callingAs,
  type Center,
  credentials,
  openCenter,
  type People,
  RememberingHandler,
} from "../two-sides.ts"

/** A twentieth of the real ones: a machine that is busy with other tests must still keep them. */
export const QUICK: RoadTiming = {
  ...ROAD_TIMING,
  heartbeatMs: 500,
  silenceMs: 3_000,
  lookMs: 50,
  retireMs: 1_500,
  youngMs: 0,
  retryMs: 100,
  steadyMs: 60_000,
}

/** A router in front of the hospital. */
export class Router {
  /** Connections that were let out. */
  opened = 0
  readonly #server: Server
  readonly #open = new Set<readonly [Socket, Socket]>()
  /** Halves of connections it knows nothing of any more. */
  readonly #forgotten = new Set<Socket>()

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, connect(port, "127.0.0.1")))
  }

  static async before(port: number): Promise<Router> {
    const router = new Router(port)
    router.#server.listen(0, "127.0.0.1")
    await once(router.#server, "listening")
    return router
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }
  get open(): number {
    return this.#open.size
  }

  /** What goes through now goes nowhere from now on, and neither end hears of it. Connections made later go through. */
  forget(): void {
    for (const [near, far] of this.#open) {
      near.unpipe(far)
      far.unpipe(near)
      for (const end of [near.pause(), far.pause()]) this.#forgotten.add(end)
    }
    this.#open.clear()
  }

  cut(): void {
    for (const ends of this.#open) for (const end of ends) end.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.cut()
    for (const end of this.#forgotten) end.destroy()
    this.#server.close()
    await once(this.#server, "close")
  }

  #join(near: Socket, far: Socket): void {
    this.opened += 1
    const ends = [near, far] as const
    this.#open.add(ends)
    for (const end of ends) {
      end.setNoDelay(true).on("error", () => undefined)
      end.on("close", () => {
        if (!this.#open.delete(ends)) return
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  }
}

export interface CenterWithRoads extends Center {
  readonly roads: Roads
  /** Sends to the hospital, over the connection it holds. */
  readonly source: DocumentSource
  readonly told: string[]
  stop(): Promise<void>
}

export async function openCenterWithRoads(
  people: People,
  timing: Partial<RoadTiming> = QUICK,
  isInForce: () => boolean = () => true,
  lists: readonly Uint8Array[] = [],
): Promise<CenterWithRoads> {
  const told: string[] = []
  const roads = new Roads({
    agreements: ["hospital-a"],
    isInForce,
    clock: systemClock,
    timing,
    opened: (_id, _address, isReplacing) => told.push(isReplacing ? "replaced" : "opened"),
    ended: (_id, why) => told.push(why),
  })
  const center = await openCenter(people, {
    lists,
    turn: {
      protocol: ROAD_HOME,
      refusalOf: (id) => roads.refusalOf(id),
      onRefused: (_id, { status }) => told.push(`HTTP ${status}`),
      take: (...given) => roads.take(...given),
    },
  })
  const source = documentSource((id) => ({
    url: `https://${id}.invalid/xdr/recipient`,
    lend: () => roads.lend(id),
    timeouts: { continueMs: 2 * ROAD_TIMING.silenceMs },
  }))
  const stop = async (): Promise<void> => {
    await Promise.all([roads.close(), center.close()])
  }
  return { ...center, roads, source, told, stop }
}

export interface Hospital {
  readonly recipient: Recipient
  readonly keeper: Keeper
  readonly handler: RememberingHandler
  readonly ends: ServedEnd[]
  readonly failures: unknown[]
  readonly failed: FailedSubmission[]
  /** Of its own key. */
  readonly pin: string
  stop(): Promise<void>
}

/** @param port of the centre, or of the router before it */
export async function openHospital(
  people: People,
  port: number,
  timing: Partial<RoadTiming> = QUICK,
): Promise<Hospital> {
  const handler = new RememberingHandler()
  const failures: unknown[] = []
  const failed: FailedSubmission[] = []
  const ends: ServedEnd[] = []
  const recipient = await listen(
    {
      host: "127.0.0.1",
      port: 0,
      tls: serverTls({ ...credentials(people, people.hospital), profile: "1.3" }),
      identify: identifyBy({ "center-c": [pinOf(people.center.x509)] }),
      speaksEnough: (_agreement, protocol) => protocol === "TLSv1.3",
      revoked: () => null,
      sourceOf: () => [SOURCE_ID],
      onRefused: () => undefined,
      onFailed: (submission) => failed.push(submission),
      onTolerated: () => undefined,
      onFault: (fault) => failures.push(fault),
    },
    handler,
  )
  const url = `https://127.0.0.1:${port}/xdr/recipient`
  const keeper = new Keeper({
    dial: (signal) => upgraded({ url, tls: callingAs(people, people.hospital) }, ROAD_HOME, signal),
    isInForce: () => true,
    enter: recipient.enter,
    limits: RECIPIENT_LIMITS,
    clock: systemClock,
    chance: systemChance,
    wait,
    timing,
    changed: () => undefined,
    opened: () => undefined,
    ended: (end) => ends.push(end),
    failed: (error) => failures.push(error),
  })
  const stop = async (): Promise<void> => {
    await Promise.all([keeper.stop(), recipient.close()])
  }
  return { recipient, keeper, handler, ends, failures, failed, pin: pinOf(people.hospital.x509), stop }
}

/** Until it is so, for some seconds. */
export async function until(what: string, isSo: () => boolean, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
