/** slapd of OpenLDAP from Debian: a hospital's directory, a process of its own with its own folder and free ports. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { TestCertificate } from "../actors/certificates.ts"
import { freePort } from "./storescp.ts"

const [PROGRAM, ADD] = ["/usr/sbin/slapd", "/usr/sbin/slapadd"]
export const isSlapdThere = (): boolean => existsSync(PROGRAM)

export const BASE = "dc=hospital,dc=example,dc=jp"
export const READER = { dn: `cn=dokuei,${BASE}`, password: "読み取り 専用" }

/** LDIF of one entry; values that are not plain ASCII go as base64 (RFC 2849). */
export const ldif = (
  dn: string,
  attributes: Readonly<Record<string, string | readonly string[] | Uint8Array>>,
): string =>
  [line("dn", dn), ...Object.entries(attributes).flatMap(([name, values]) => lines(name, values))].join(
    "\n",
  ) + "\n\n"

const lines = (name: string, values: string | readonly string[] | Uint8Array): string[] =>
  (typeof values === "string" || values instanceof Uint8Array ? [values] : values).map((each) =>
    line(name, each),
  )
const line = (name: string, value: string | Uint8Array): string =>
  typeof value === "string" && /^[A-Za-z0-9][\x20-\x7e]*$/.test(value)
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value).toString("base64")}`

export class Slapd {
  readonly port: number
  readonly securePort: number
  readonly #folder: string
  #process: ChildProcess | null = null

  private constructor(port: number, securePort: number, folder: string) {
    this.port = port
    this.securePort = securePort
    this.#folder = folder
  }

  /** @param entries LDIF of what stands below `ou=people` */
  static async open({ chainPem, keyPem }: TestCertificate, entries: string): Promise<Slapd> {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-slapd-"))
    const slapd = new Slapd(await freePort(), await freePort(), folder)
    mkdirSync(join(folder, "data"))
    writeFileSync(join(folder, "chain.pem"), chainPem)
    writeFileSync(join(folder, "key.pem"), keyPem, { mode: 0o600 })
    writeFileSync(join(folder, "slapd.conf"), slapd.#config())
    writeFileSync(join(folder, "people.ldif"), TREE + entries)
    execFileSync(ADD, ["-q", "-f", join(folder, "slapd.conf"), "-l", join(folder, "people.ldif")], {
      stdio: "pipe",
    })
    await slapd.start()
    return slapd
  }

  async start(): Promise<void> {
    const urls = `ldap://127.0.0.1:${this.port} ldaps://127.0.0.1:${this.securePort}`
    const log = join(this.#folder, "log")
    // `-d stats` keeps it in the foreground, and tells what it was asked.
    const child = spawn("/bin/sh", [
      "-c",
      `exec ${PROGRAM} -d stats -f "$0" -h "$1" 2>"$2"`,
      join(this.#folder, "slapd.conf"),
      urls,
      log,
    ])
    this.#process = child
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await listens(this.port)) && (await listens(this.securePort))) return
      await sleep(25)
    }
    throw new Error(`slapd does not listen: ${this.log}`)
  }

  /** What it was asked, a line for each operation. */
  get log(): string {
    const path = join(this.#folder, "log")
    return existsSync(path) ? readFileSync(path, "utf8") : ""
  }

  async stop(): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child?.exitCode !== null) return
    const ended = once(child, "exit")
    child.kill("SIGTERM")
    await ended
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true })
  }

  #config(): string {
    const at = (name: string): string => join(this.#folder, name)
    return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
attributeoptions lang- phonetic
pidfile ${at("pid")}
TLSCertificateFile ${at("chain.pem")}
TLSCertificateKeyFile ${at("key.pem")}
sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
referral ldap://127.0.0.1:1/
database mdb
maxsize 16777216
suffix "${BASE}"
directory ${at("data")}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${READER.dn}" read by * none
`
  }
}

const TREE = [
  ldif(BASE, { objectClass: ["dcObject", "organization"], dc: "hospital", o: "みほん市民病院" }),
  ldif(READER.dn, {
    objectClass: ["organizationalRole", "simpleSecurityObject"],
    cn: "dokuei",
    userPassword: READER.password,
  }),
  ldif(`ou=people,${BASE}`, { objectClass: "organizationalUnit", ou: "people" }),
].join("")

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}
