/** DCMTK's dcmqrscp: a small archive that checks AE titles and keeps an index. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "./storescp.ts"

export class Dcmqrscp {
  readonly port: number
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#process = child
  }

  /** @param aeTitle the one it answers to; any calling AE title may store */
  static async open(aeTitle: string): Promise<Dcmqrscp> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), "dokuei-dcmqrscp-"))
    mkdirSync(join(folder, "store"))
    const file = join(folder, "dcmqrscp.cfg")
    writeFileSync(
      file,
      `NetworkTCPPort = ${port}
MaxPDUSize = 16384
MaxAssociations = 4
HostTable BEGIN
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
${aeTitle} ${join(folder, "store")} RW (100, 1024mb) ANY
AETable END
`,
    )
    const env = { ...process.env, TCP_NODELAY: "1" }
    const child = spawn("dcmqrscp", ["-c", file], { stdio: "ignore", env })
    const peer = new Dcmqrscp(port, folder, child)
    await peer.#listening()
    return peer
  }

  files(): Buffer[] {
    const store = join(this.#folder, "store")
    return readdirSync(store)
      .filter((name) => name.endsWith(".dcm"))
      .map((name) => readFileSync(join(store, name)))
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit")
    this.#process.kill()
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #listening(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const socket = connect(this.port, "127.0.0.1")
      const open = await once(socket, "connect").then(
        () => true,
        () => false,
      )
      socket.destroy()
      if (open) return
      await sleep(25)
    }
    throw new Error("dcmqrscp does not listen")
  }
}
