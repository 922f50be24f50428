/** Sends studies with DCMTK's storescu, one association each, all at once. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import type { Study } from "./images.ts"
import { PEER_ENVIRONMENT, type StorageServer } from "./servers/server.ts"

/** Known to our edge as a device. */
export const CALLING_AE = "MR1"

export type Target = Pick<StorageServer, "port" | "aeTitle" | "name">

/** Where the device stands. */
export interface Device {
  /** The server's address as the device sees it. */
  readonly host: string
  /** What the sender is started with, e.g. to start it on another host. */
  readonly by: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Told of each sender that was started. */
  readonly started?: (pid: number) => void
}

export const SAME_MACHINE: Device = { host: "127.0.0.1", by: [], env: PEER_ENVIRONMENT }

/** The server did not answer every instance with success. */
export class NotTaken extends Error {}

/** Milliseconds from the first spawn to the last exit. @throws NotTaken with what storescu says of it */
export async function send(
  server: Target,
  studies: readonly Study[],
  device: Device = SAME_MACHINE,
): Promise<number> {
  const before = performance.now()
  await Promise.all(studies.map(({ files }) => sendOne(server, files, device)))
  return performance.now() - before
}

async function sendOne(
  { port, aeTitle, name }: Target,
  files: readonly string[],
  { host, by, env, started }: Device,
): Promise<void> {
  // -R: only the contexts these files need. It halts, and says so, at the first answer that is not success.
  const options = ["-R", "-aet", CALLING_AE, "-aec", aeTitle, host, String(port), ...files]
  const [command = "", ...args] = [...by, "storescu", ...options]
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] })
  if (child.pid !== undefined) started?.(child.pid)
  let complaint = ""
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString("latin1")))
  const [code] = (await once(child, "close")) as [number | null]
  if (code !== 0)
    throw new NotTaken(`storescu to ${name} ended with ${String(code)}: ${complaint.trim().slice(-1000)}`)
}
