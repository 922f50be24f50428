/** DCMTK's storescp: writes the data set to a file as it comes. Neither seals, hashes, indexes nor syncs. */
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { freePort, listening, pidOf, startPeer, stopProcess, type StorageServer } from "./server.ts"

export async function startStorescp(folder: string): Promise<StorageServer> {
  const output = join(folder, "storescp")
  await mkdir(output, { recursive: true })
  const port = await freePort()
  // A process for each association; PDUs as large as ours, for it does better with them.
  const options = ["+B", "--fork", "--max-pdu", "131072", "-od", output, String(port)]
  const child = startPeer("storescp", options)
  await listening(child, port)
  return {
    name: "storescp",
    pid: pidOf(child),
    port,
    aeTitle: "STORESCP",
    clear: async () => {
      await rm(output, { recursive: true })
      await mkdir(output)
    },
    stop: () => stopProcess(child),
  }
}
