/** One turn: a server takes a set of studies, and what that cost it. */
import { setTimeout as sleep } from "node:timers/promises"
import { settleDisk } from "./folder.ts"
import { frameBytes, type Study } from "./images.ts"
import { cpuMs, peakRssMiB, resetPeak, rssMiB, watchChildren } from "./process-usage.ts"
import { send } from "./send.ts"
import type { StorageServer } from "./servers/server.ts"

export interface Turn {
  readonly instances: number
  /** Of pixels. */
  readonly bytes: number
  readonly wallMs: number
  /** User and system time of the server's processes, work behind the answers included. */
  readonly cpuMs: number
  readonly idleRssMiB: number
  /** Children included. */
  readonly peakRssMiB: number
}

/** What a server does after its last answer (index, batches of rows) belongs to the bill. */
const AFTERWORK_MS = 700

/** @param deliver sends the studies; milliseconds it took */
export async function turn(
  server: StorageServer,
  studies: readonly Study[],
  folder: string,
  deliver: (server: StorageServer, studies: readonly Study[]) => Promise<number> = send,
): Promise<Turn> {
  await server.clear()
  await settleDisk(folder)
  await resetPeak(server.pid)
  const [idleRssMiB, cpuBefore] = [await rssMiB(server.pid), await cpuMs(server.pid)]
  const children = watchChildren(server.pid)
  const wallMs = await deliver(server, studies).finally(() => children.end())
  await sleep(AFTERWORK_MS)
  return {
    instances: sum(studies.map(({ files }) => files.length)),
    bytes: sum(studies.map(({ files, shape }) => files.length * shape.frames * frameBytes(shape))),
    wallMs,
    cpuMs: (await cpuMs(server.pid)) - cpuBefore,
    idleRssMiB,
    peakRssMiB: (await peakRssMiB(server.pid)) + (await children.end()),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)
