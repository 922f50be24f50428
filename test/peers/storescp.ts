/** DCMTK's storescp: keeps what a modality sends exactly as it read it from the association. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

export class Storescp {
  readonly port: number
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#process = process
  }

  /** @param more options of storescp, e.g. for TLS */
  static async open(...more: readonly string[]): Promise<Storescp> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), "dokuei-storescp-"))
    const options = ["+B", "-od", folder, ...more, String(port)]
    const process = spawn("storescp", options, { stdio: "ignore" })
    const peer = new Storescp(port, folder, process)
    await peer.#listening()
    return peer
  }

  /** One that takes these SOP Classes and no other. */
  static async taking(...sopClasses: readonly string[]): Promise<Storescp> {
    const file = join(mkdtempSync(join(tmpdir(), "dokuei-storescp-cfg-")), "storescp.cfg")
    const contexts = sopClasses.map((uid, index) => `PresentationContext${index + 1} = ${uid}\\LittleEndian`)
    writeFileSync(
      file,
      `[[TransferSyntaxes]]
[LittleEndian]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[[PresentationContexts]]
[Few]
${contexts.join("\n")}
[[Profiles]]
[Default]
PresentationContexts = Few
`,
    )
    return Storescp.open("-xf", file, "Default")
  }

  /** The Part 10 files it has written. */
  files(): Buffer[] {
    return readdirSync(this.#folder).map((name) => readFileSync(join(this.#folder, name)))
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
      const open = await Promise.race([
        once(socket, "connect").then(
          () => true,
          () => false,
        ),
      ])
      socket.destroy()
      if (open) return
      await sleep(25)
    }
    throw new Error("storescp does not listen")
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}
