/** Orthanc from Debian: a PACS that stores, commits and answers over REST what it has. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "./storescp.ts"

const PATIENCE_MS = 5_000

export interface OrthancOptions {
  readonly aeTitle?: string
  /** Nodes it knows: alias → AE title and port on loopback. */
  readonly modalities?: Readonly<Record<string, readonly [aeTitle: string, port: number]>>
  /** More of its configuration file. */
  readonly config?: Readonly<Record<string, unknown>>
}

export class Orthanc {
  readonly aeTitle: string
  readonly port: number
  readonly #httpPort: number
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(aeTitle: string, port: number, httpPort: number, folder: string, child: ChildProcess) {
    this.aeTitle = aeTitle
    this.port = port
    this.#httpPort = httpPort
    this.#folder = folder
    this.#process = child
  }

  static async open({
    aeTitle = "PACS",
    modalities = {},
    config = {},
  }: OrthancOptions = {}): Promise<Orthanc> {
    const [port, httpPort] = [await freePort(), await freePort()]
    const folder = mkdtempSync(join(tmpdir(), "dokuei-orthanc-"))
    const file = join(folder, "orthanc.json")
    const known = Object.entries(modalities).map(([alias, [title, at]]) => [alias, [title, "127.0.0.1", at]])
    writeFileSync(
      file,
      JSON.stringify({
        StorageDirectory: folder,
        IndexDirectory: folder,
        HttpPort: httpPort,
        DicomPort: port,
        DicomAet: aeTitle,
        RemoteAccessAllowed: false,
        AuthenticationEnabled: false,
        DicomCheckCalledAet: true,
        DicomAlwaysAllowStore: true,
        DicomAlwaysAllowEcho: true,
        DicomModalities: Object.fromEntries(known) as object,
        Plugins: [],
        ...config,
      }),
    )
    const env = { ...process.env, TCP_NODELAY: "1" }
    const child = spawn("Orthanc", [file], { stdio: ["ignore", "ignore", "ignore"], env })
    const orthanc = new Orthanc(aeTitle, port, httpPort, folder, child)
    await orthanc.#ready()
    return orthanc
  }

  /** Of its REST and its plugins. */
  get httpPort(): number {
    return this.#httpPort
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.#httpPort}${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return (await answer.json()) as T
  }

  async bytes(path: string): Promise<Buffer> {
    const answer = await fetch(`http://127.0.0.1:${this.#httpPort}${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return Buffer.from(await answer.arrayBuffer())
  }

  async post<T>(path: string, body: object | Uint8Array): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.#httpPort}${path}`, {
      method: "POST",
      body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** Every stored object as a Part 10 file. */
  async files(): Promise<Buffer[]> {
    const ids = await this.get<string[]>("/instances")
    return Promise.all(ids.map((id) => this.bytes(`/instances/${id}/file`)))
  }

  /** False when a file has made it end. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  async close(): Promise<void> {
    const ended = this.isAlive ? once(this.#process, "exit") : null
    this.#process.kill()
    // After an association that broke it may never end by itself.
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS)
    await ended
    clearTimeout(timer)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (this.#process.exitCode !== null) throw new Error(`Orthanc ended with ${this.#process.exitCode}`)
      const up = await this.get("/system").then(
        () => true,
        () => false,
      )
      if (up) return
      await sleep(50)
    }
    throw new Error("Orthanc does not answer")
  }
}
