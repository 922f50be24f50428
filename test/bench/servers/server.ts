/** A Storage SCP under measurement, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { connect, createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

export interface StorageServer {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly aeTitle: string
  /** Makes room before a turn, unmeasured: what it can forget without work of its own. */
  clear(): Promise<void>
  stop(): Promise<void>
}

const READY_TIMEOUT_MS = 30_000
const POLL_MS = 20

/** A port that was free a moment ago: DCMTK and Orthanc cannot be asked for port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

/** Both delay small packets otherwise, and would be measured waiting for them. */
export const PEER_ENVIRONMENT = { ...process.env, TCP_NODELAY: "1" }

/** The host a server runs on. */
export interface Where {
  readonly address: string
  /** What a command is started with to run there; it becomes the command. */
  readonly by: readonly string[]
}

export const HERE: Where = { address: "127.0.0.1", by: [] }

export function startPeer(command: string, args: readonly string[], { by }: Where = HERE): ChildProcess {
  const [program = "", ...rest] = [...by, command, ...args]
  return spawn(program, rest, { stdio: "ignore", env: PEER_ENVIRONMENT })
}

/** Resolves when something listens on `port`; throws when the process ends before. */
export async function listening(child: ChildProcess, port: number, { address }: Where = HERE): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await answers(port, address))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error(`${child.spawnfile} does not listen on ${port}`)
    await sleep(POLL_MS)
  }
}

async function answers(port: number, address: string): Promise<boolean> {
  const socket = connect(port, address)
  return new Promise((resolve) => {
    socket.once("connect", () => {
      socket.end()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}

/** SIGTERM and wait. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGTERM")
  await exited
}

/** Starts them one after the other, and stops whatever was started when `work` is over, however it ends. */
export async function withServers<Server extends { stop(): Promise<void> }, Result>(
  starts: readonly (() => Promise<Server>)[],
  work: (servers: readonly Server[]) => Promise<Result>,
): Promise<Result> {
  const servers: Server[] = []
  try {
    for (const start of starts) servers.push(await start())
    return await work(servers)
  } finally {
    await stopAll(servers)
  }
}

export async function stopAll(servers: readonly { stop(): Promise<void> }[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} did not start`)
  return child.pid
}

/** For who can make no room: a database keeps what it has received. */
export const keepsAll = (): Promise<void> => Promise.resolve()
