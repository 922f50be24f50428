/** A mail server, aiosmtpd from Debian, as a process of its own: takes mails over TLS and tells what it took. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"

export const isSmtpServerThere = (): boolean =>
  spawnSync("/usr/bin/python3", ["-c", "import aiosmtpd"]).status === 0

export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  readonly tls: boolean
  readonly login: boolean
  /** Headers and body as they came. */
  readonly content: string
}

export interface SmtpServerOptions {
  readonly chainPem: string
  readonly keyPem: string
  readonly tls: "implicit" | "starttls"
  readonly login?: { readonly user: string; readonly password: string }
}

export class SmtpServer {
  readonly mails: TakenMail[] = []
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #lines: Interface
  #port = 0

  private constructor(folder: string, child: ChildProcess, lines: Interface) {
    this.#folder = folder
    this.#process = child
    this.#lines = lines
  }

  static async open({ chainPem, keyPem, tls, login }: SmtpServerOptions): Promise<SmtpServer> {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-smtp-"))
    const [cert, key] = [join(folder, "chain.pem"), join(folder, "key.pem")]
    writeFileSync(cert, chainPem)
    writeFileSync(key, keyPem)
    const args = [cert, key, tls, login?.user ?? "", login?.password ?? ""]
    const script = join(import.meta.dirname, "smtp-server.py")
    const child = spawn("/usr/bin/python3", [script, ...args], { stdio: ["pipe", "pipe", "ignore"] })
    const server = new SmtpServer(folder, child, createInterface({ input: child.stdout }))
    const [first] = (await once(server.#lines, "line")) as [string]
    server.#port = (JSON.parse(first) as { port: number }).port
    server.#lines.on("line", (line) => server.mails.push(JSON.parse(line) as TakenMail))
    return server
  }

  get port(): number {
    return this.#port
  }

  /** The so-many-th mail: it is printed a moment after it was taken. */
  async mail(count: number): Promise<TakenMail> {
    for (;;) {
      const taken = this.mails[count - 1]
      if (taken !== undefined) return taken
      await once(this.#lines, "line")
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit")
    this.#process.stdin?.end()
    await ended
    rmSync(this.#folder, { recursive: true })
  }
}
