/** rsyslog from Debian as Audit Record Repository: RFC 5425 over mutual TLS, a process of its own with its own folder. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "./storescp.ts"

const PROGRAM = "/usr/sbin/rsyslogd"
export const isRsyslogThere = (): boolean =>
  existsSync(PROGRAM) && existsSync("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so")

export interface RsyslogOptions {
  /** PEM texts. */
  readonly chainPem: string
  readonly keyPem: string
  readonly trustedPem: string
  /** What openssl is told besides, e.g. `MaxProtocol=TLSv1.2`. */
  readonly openssl?: string
}

export class Rsyslog {
  readonly port: number
  readonly #folder: string
  #process: ChildProcess | null = null

  private constructor(port: number, folder: string) {
    this.port = port
    this.#folder = folder
  }

  static async open(options: RsyslogOptions): Promise<Rsyslog> {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-rsyslog-"))
    const rsyslog = new Rsyslog(await freePort(), folder)
    writeFileSync(join(folder, "ca.pem"), options.trustedPem)
    writeFileSync(join(folder, "chain.pem"), options.chainPem)
    writeFileSync(join(folder, "key.pem"), options.keyPem, { mode: 0o600 })
    writeFileSync(join(folder, "rsyslog.conf"), rsyslog.#config(options.openssl ?? ""))
    await rsyslog.start()
    return rsyslog
  }

  async start(): Promise<void> {
    const { port } = this
    const file = (name: string): string => join(this.#folder, name)
    this.#process = spawn(PROGRAM, ["-n", "-f", file("rsyslog.conf"), "-i", file("pid")], { stdio: "ignore" })
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await listens(port)) return
      await sleep(25)
    }
    throw new Error("rsyslog does not listen")
  }

  /** SIGTERM: it writes what it has. SIGKILL: it does not. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child?.exitCode !== null) return
    const ended = once(child, "exit")
    child.kill(signal)
    await ended
  }

  async close(): Promise<void> {
    await this.stop("SIGKILL")
    rmSync(this.#folder, { recursive: true })
  }

  /** Header as rsyslog understood it, and the message: one record for each line of its file. */
  get records(): readonly Received[] {
    const path = join(this.#folder, "received.jsonl")
    if (!existsSync(path)) return []
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Received)
  }

  #config(openssl: string): string {
    const at = (name: string): string => JSON.stringify(join(this.#folder, name))
    return `
global(workDirectory=${at(".")} maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile=${at("ca.pem")}
  defaultNetstreamDriverCertFile=${at("chain.pem")} defaultNetstreamDriverKeyFile=${at("key.pem")})
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid"
  gnutlsPriorityString=${JSON.stringify(openssl)})
input(type="imtcp" address="127.0.0.1" port="${this.port}" ruleset="audit")
template(name="received" type="list" option.jsonf="on") {
  property(outname="facility" name="syslogfacility" format="jsonf")
  property(outname="severity" name="syslogseverity" format="jsonf")
  property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="application" name="app-name" format="jsonf")
  property(outname="processId" name="procid" format="jsonf")
  property(outname="messageId" name="msgid" format="jsonf")
  property(outname="structuredData" name="structured-data" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
ruleset(name="audit") { action(type="omfile" file=${at("received.jsonl")} template="received" flushOnTXEnd="on") }
`
  }
}

export interface Received {
  readonly facility: string
  readonly severity: string
  readonly timestamp: string
  readonly host: string
  readonly application: string
  readonly processId: string
  readonly messageId: string
  readonly structuredData: string
  readonly message: string
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => resolve(true))
    socket.once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })
}
