/** Sends studies with DCMTK's storescu, one association each, all at once. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import type { Study } from "./images.ts"
import { PEER_ENVIRONMENT, type StorageServer } from "./servers/server.ts"

/** Known to our edge as a device. */
const CALLING_AE = "MR1"

/** Milliseconds from the first spawn to the last exit; throws when any instance was not answered with success. */
export async function send(
  server: Pick<StorageServer, "port" | "aeTitle" | "name">,
  studies: readonly Study[],
): Promise<number> {
  const before = performance.now()
  await Promise.all(studies.map(({ files }) => sendOne(server, files)))
  return performance.now() - before
}

async function sendOne(
  { port, aeTitle, name }: Pick<StorageServer, "port" | "aeTitle" | "name">,
  files: readonly string[],
): Promise<void> {
  // -R: only the contexts these files need. It halts, and says so, at the first answer that is not success.
  const options = ["-R", "-aet", CALLING_AE, "-aec", aeTitle, "127.0.0.1", String(port), ...files]
  const child = spawn("storescu", options, { env: PEER_ENVIRONMENT, stdio: ["ignore", "ignore", "pipe"] })
  let complaint = ""
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString("latin1")))
  const [code] = (await once(child, "close")) as [number | null]
  if (code !== 0) throw new Error(`storescu to ${name} ended with ${String(code)}: ${complaint.slice(-1000)}`)
}
