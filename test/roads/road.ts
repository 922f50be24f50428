/**
 * A road for tests: hospital, reading centre and time-stamp authority as they run anywhere, in a folder of their own,
 * with DCMTK as the modality and people with software passkeys at both desks.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { parse, stringify } from "yaml"
import { startGateway, type Gateway } from "../../deploy/demo/gateways.ts"
import { enterRequest, sendStudy, staffItems } from "../../deploy/demo/hospital.ts"
import { CLERK, READER, readersCertificate, type Enrolment } from "../../deploy/demo/people.ts"
import { openSite, type Site, type SiteOptions } from "../../deploy/demo/site.ts"
import type { Timeline } from "../../deploy/demo/timeline.ts"
import { startTsa, type Tsa } from "../../deploy/demo/tsa.ts"
import { enterDesks, NotReached, readStudy, until, type Desks } from "../../deploy/demo/walk.ts"
import { enrol } from "../../gateway/commands/enrol.ts"
import { confirmByTwo } from "../../gateway/commands/people/certificates.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import type { ReadingView } from "../../gateway/journey/views/reading.ts"
import { Tap } from "../peers/tap.ts"

// Gateways start a dozen times in these tests: compiled modules are kept between the starts.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "../../node_modules/.cache/dokuei-compiled")

export const SILENT: Timeline = { step: () => undefined, bar: () => undefined, note: () => undefined }

export type Role = "edge" | "center"
export const ROLES = ["edge", "center"] as const

/** What the modality sent. */
export interface Sent {
  readonly files: readonly string[]
  readonly PatientID: string
  readonly StudyInstanceUID: string
}

export interface RoadOptions extends SiteOptions {
  /** Listen in on the wire between the gateways, with the keys of both. */
  readonly tapped?: boolean
  /** Which gateways run; both by default. */
  readonly roles?: readonly Role[]
}

export class Road {
  readonly site: Site
  /** What went over the wire, when tapped: by who received it. */
  readonly taps: Partial<Record<Role, Tap>> = {}
  readonly #tsa: Tsa
  readonly #gateways: Partial<Record<Role, Gateway>> = {}
  #desks: Desks | null = null
  #requests = 0

  private constructor(site: Site, tsa: Tsa) {
    this.site = site
    this.#tsa = tsa
  }

  static async open(options: RoadOptions): Promise<Road> {
    const dir = mkdtempSync(join(tmpdir(), "dokuei-road-"))
    certificates(dir)
    const site = await openSite(dir, options)
    keepCertificates(dir)
    const road = new Road(site, await startTsa(join(dir, "pki", "tsa"), site.ports.tsa))
    try {
      if (options.tapped === true) await road.#tap()
      // Both to their end: one that is still starting could not be stopped.
      const starts = await Promise.allSettled((options.roles ?? ROLES).map((role) => road.start(role)))
      for (const start of starts) if (start.status === "rejected") throw start.reason
      return road
    } catch (error) {
      await road.close()
      throw error
    }
  }

  configFile(role: Role): string {
    return role === "edge" ? this.site.edgeConfig : this.site.centerConfig
  }
  dataDir(role: Role): string {
    return join(this.site.dir, `${role}-data`)
  }
  logFile(role: Role): string {
    return join(this.site.dir, `${role}.log`)
  }
  pid(role: Role): number | null {
    const child = this.#gateways[role]?.process
    return child?.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null
  }

  async start(role: Role): Promise<void> {
    try {
      this.#gateways[role] = await startGateway(this.configFile(role), this.logFile(role))
    } catch (error) {
      const log = readFileSync(this.logFile(role), "utf8").slice(-2000)
      throw new Error(`the ${role} did not start; its log ends:\n${log}`, { cause: error })
    }
  }
  async stop(role: Role): Promise<void> {
    await this.#gateways[role]?.stop()
  }
  /** SIGKILL: nothing is said, nothing is finished. */
  async kill(role: Role): Promise<void> {
    this.#gateways[role]?.process.kill("SIGKILL")
    await this.#gateways[role]?.stop()
  }

  /**
   * Lets the agreed term of studies end now, as if its days had gone by: stops, turns the ledger's dates, starts.
   *
   * @param requestIds those that are read by these requests; all by default
   */
  async endTerms(role: Role, requestIds?: readonly string[]): Promise<void> {
    await this.stop(role)
    this.endTermsOf(role, requestIds)
    await this.start(role)
  }

  /** The same for a gateway that is not running. */
  endTermsOf(role: Role, requestIds?: readonly string[]): void {
    turnTerms(this.dataDir(role), requestIds)
  }

  /** Changes a configuration file; takes effect at the next start. */
  configure(role: Role, change: (config: ConfigDraft) => void): void {
    const config = parse(readFileSync(this.configFile(role), "utf8")) as ConfigDraft
    change(config)
    writeFileSync(this.configFile(role), stringify(config))
  }

  /** A radiologist and a clerk, enrolled at the first call. */
  async desks(): Promise<Desks> {
    this.#desks ??= await enterDesks(
      this.site,
      await this.#enrolment("center", READER),
      await this.#enrolment("edge", CLERK),
    )
    return this.#desks
  }

  /** Enters a request for a study and sends its images. Resolves with the request's id. */
  async send(sent: Sent): Promise<string> {
    const requestId = await this.request(sent)
    await sendStudy(this.site, sent.files)
    return requestId
  }
  request(sent: Sent): Promise<string> {
    this.#requests += 1
    return enterRequest(this.site, sent, `R-${sent.PatientID}-${this.#requests}`)
  }

  /** The study lies verified in the work list and is taken by the radiologist. */
  async read(requestId: string): Promise<ReadingView> {
    return readStudy(await this.desks(), requestId, SILENT)
  }

  /** Until the hospital's list shows this station as reached. */
  async reached(requestId: string, station: string): Promise<void> {
    await until(`${station} of ${requestId}`, async () => {
      const item = (await staffItems(this.site)).find((each) => each.requestId === requestId)
      const failed = item?.way.find((each) => each.state === "fail")
      if (failed !== undefined) throw new NotReached(`${failed.name} failed: ${failed.reason ?? ""}`)
      return item?.way.some((each) => each.name === station && each.state === "done")
    })
  }

  async close(): Promise<void> {
    await Promise.all(ROLES.map((role) => this.stop(role)))
    await Promise.all(Object.values(this.taps).map((tap) => tap.close()))
    await this.#tsa.close()
    rmSync(this.site.dir, { recursive: true, force: true })
  }

  async #enrolment(role: Role, person: typeof READER | typeof CLERK): Promise<Enrolment> {
    const config = loadConfig(this.configFile(role))
    const link = await enrol(config, { ...person, minutes: 15 })
    if (person === READER) await confirmByTwo(config, readersCertificate(this.configFile(role)))
    return { link, code: link.slice(link.lastIndexOf("/") + 1) }
  }

  /** Each gateway's partner is reached through a tap that holds the keys of both ends. */
  async #tap(): Promise<void> {
    for (const [to, from] of [
      ["center", "edge"],
      ["edge", "center"],
    ] as const) {
      const tap = await Tap.open(join(this.site.dir, "pki"), from, to, this.site.ports[`${to}Xdr`])
      this.taps[to] = tap
      this.configure(from, (config) => {
        for (const agreement of config.agreements) agreement.endpoint = tap.url
      })
    }
  }
}

/** Turns the dates in the ledger of a gateway that is not running, as if the terms of these requests' studies had gone by. */
export function turnTerms(dataDir: string, requestIds?: readonly string[]): void {
  const ledger = new Database(join(dataDir, "ledger.sqlite"))
  const chosen = requestIds ?? (ledger.prepare("SELECT id FROM request").pluck().all() as string[])
  const now = new Date().toISOString()
  const study = ledger.prepare(
    "UPDATE study SET keep_until = ?, facts = json_set(facts, '$.keepUntil', ?) WHERE id = ? AND keep_until > ?",
  )
  const job = ledger.prepare("UPDATE job SET run_at = ? WHERE verb = 'expire' AND subject = ?")
  const studies = ledger.prepare("SELECT study_id FROM request_study WHERE request_id = ?").pluck()
  for (const id of chosen.flatMap((each) => studies.all(each) as string[])) {
    study.run(now, now, id, now)
    job.run(now, id)
  }
  ledger.close()
}

export interface ConfigDraft {
  desk: { idle?: string }
  keys: Record<string, unknown>
  mail?: Readonly<Record<string, unknown>>
  directory?: Readonly<Record<string, unknown>>
  time?: { check: "chrony" | "none" }
  audit?: { collectors: Readonly<Record<string, unknown>>[] }
  agreements: { endpoint: string; validUntil: string; retention: { images: string } }[]
}

/** Making RSA keys takes seconds: one set of certificates serves every road of a test run. */
let pki: string | null = null

function certificates(dir: string): void {
  if (pki !== null) cpSync(pki, join(dir, "pki"), { recursive: true })
}

function keepCertificates(dir: string): void {
  if (pki !== null) return
  const kept = mkdtempSync(join(tmpdir(), "dokuei-road-pki-"))
  cpSync(join(dir, "pki"), kept, { recursive: true })
  process.once("exit", () => rmSync(kept, { recursive: true, force: true }))
  if (existsSync(join(kept, "pki.json"))) pki = kept
}
