/** `/healthz` and `/metrics` on a port of their own, for the machine room only: never the address people or partners use. */
import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Server as NetServer } from "node:net"
import type { Registry } from "prom-client"
import { inService, type Health } from "./health.ts"

export interface MachineRoomOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Asked at every request; one that throws or takes longer than `healthTimeoutMs` is a failed check. */
  readonly health: () => Promise<Health>
  readonly register: Registry
  /** Keeps room for those who come to work; none by default. */
  readonly guard?: (server: NetServer) => void
  readonly healthTimeoutMs?: number
  /** Why a request could not be answered, for the log. */
  readonly onFault?: (error: unknown) => void
}

export interface MachineRoom {
  readonly port: number
  close(): Promise<void>
}

const HEALTH_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** A monitor and a person or two; file descriptors are for images. */
const MAX_CONNECTIONS = 64
const MAX_HEADER_BYTES = 8 * 1024

export async function listenMachineRoom(options: MachineRoomOptions): Promise<MachineRoom> {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Passed over (RFC 9110 7.8).
      shouldUpgradeCallback: () => false,
    },
    (request, response) => {
      answer(options, request, response).catch((error: unknown) => {
        options.onFault?.(error)
        if (response.headersSent) response.destroy()
        else send(response, 500, "text/plain", "the answer could not be made; the log says why\n")
      })
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  options.guard?.(server)
  server.listen(options.port, options.host)
  await once(server, "listening")
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close")
  server.close()
  server.closeAllConnections()
  await closed
}

async function answer(
  options: MachineRoomOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split("?")[0]
  if (path !== "/healthz" && path !== "/metrics") {
    send(response, 404, "text/plain", "/healthz or /metrics\n")
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD")
    send(response, 405, "text/plain", "GET only\n")
  } else if (path === "/metrics") {
    send(response, 200, options.register.contentType, await options.register.metrics())
  } else {
    const health = await askHealth(options)
    send(response, inService(health) ? 200 : 503, "application/json", `${JSON.stringify(health, null, 2)}\n`)
  }
}

/** The question itself must have an answer, and soon. */
async function askHealth({ health, healthTimeoutMs, onFault }: MachineRoomOptions): Promise<Health> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => limit.reject(new Error("health was not known in time")),
    healthTimeoutMs ?? HEALTH_TIMEOUT_MS,
  )
  try {
    return await Promise.race([health(), limit.promise])
  } catch (error) {
    onFault?.(error)
    const check = {
      name: "health",
      state: "fail",
      sentence: "the checks could not be made; the log says why",
    } as const
    return { role: "", version: "", checks: [check] }
  } finally {
    clearTimeout(timer)
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Length": Buffer.byteLength(body),
  })
  response.end(body)
}
