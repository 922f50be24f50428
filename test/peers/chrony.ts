/** chronyd from Debian, twice: one that gives the time, and one that takes it, `offset` seconds wrong. Neither sets the clock. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createSocket } from "node:dgram"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const isChronyThere = (): boolean => existsSync("/usr/sbin/chronyd") && process.getuid?.() === 0

export class Chrony {
  readonly #folder: string
  readonly #port: number
  readonly #processes = new Map<"server" | "client", ChildProcess>()

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  /** The folder is its owner's alone: chronyd opens its command socket nowhere else. */
  static async open(): Promise<Chrony> {
    const chrony = new Chrony(mkdtempSync(join(tmpdir(), "dokuei-chrony-")), await freeUdpPort())
    chrony.#start("server", ["bindaddress 127.0.0.1", `port ${chrony.#port}`, "local stratum 1", "allow"])
    return chrony
  }

  /** What `chronyc` is told to ask the one that takes the time. */
  get args(): readonly string[] {
    return ["-h", join(this.#folder, "client.sock")]
  }

  /** Anew, with a clock that is so many seconds from the server's. */
  async follow(offsetSeconds: number): Promise<void> {
    await this.#stop("client")
    const server = `server 127.0.0.1 port ${this.#port} iburst minpoll -4 maxpoll -4`
    this.#start("client", [`${server} offset ${offsetSeconds}`, "port 0"])
  }

  /** Nobody takes the time any more. */
  unfollow(): Promise<void> {
    return this.#stop("client")
  }

  async close(): Promise<void> {
    await this.#stop("client")
    await this.#stop("server")
    rmSync(this.#folder, { recursive: true })
  }

  #start(name: "server" | "client", lines: readonly string[]): void {
    const at = (file: string): string => join(this.#folder, file)
    const own = ["cmdport 0", `bindcmdaddress ${at(`${name}.sock`)}`, `pidfile ${at(`${name}.pid`)}`]
    writeFileSync(at(`${name}.conf`), [...lines, ...own, ""].join("\n"))
    // -x: the system's clock is not touched.
    const args = ["-x", "-d", "-u", "root", "-f", at(`${name}.conf`)]
    this.#processes.set(name, spawn("/usr/sbin/chronyd", args, { stdio: "ignore" }))
  }

  async #stop(name: "server" | "client"): Promise<void> {
    const child = this.#processes.get(name)
    this.#processes.delete(name)
    if (child?.exitCode !== null) return
    const ended = once(child, "exit")
    child.kill("SIGTERM")
    await ended
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1")
  await once(socket, "listening")
  const { port } = socket.address()
  socket.close()
  return port
}
