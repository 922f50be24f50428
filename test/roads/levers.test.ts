/**
 * Levers of an incident, pulled by command at a hospital while a study is on its way: frozen, everything that is here is read and
 * nothing changes; isolated, nobody comes in and nobody is called. Given back, all of it goes on by itself and nothing is lost.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import Database from "better-sqlite3"
import { sendStudy } from "../../deploy/demo/hospital.ts"
import { CLERK } from "../../deploy/demo/people.ts"
import { until } from "../../deploy/demo/walk.ts"
import { enrol } from "../../gateway/commands/enrol.ts"
import { machineRoomOf, pull, takenUp } from "../../gateway/commands/incident/pull.ts"
import { lostPasskeys } from "../../gateway/commands/people/lost.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import type { LeverName, Levers } from "../../gateway/journey/ports/levers.ts"
import { verifyTrail } from "../../gateway/storage/trail/verify-trail.ts"
import type { SessionView } from "../../gateway/journey/views/session.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { auditMessages, trailFile } from "./audit-messages.ts"
import { Road, type Role } from "./road.ts"

const MAIN = join(import.meta.dirname, "../../gateway/main.ts")
const [BY, REASON] = ["想定 管理", "不審な接続があった"]

describe("levers of an incident", function () {
  this.timeout(240_000)
  let road: Road
  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
  })
  after(() => road.close())

  /** As a person types it. */
  const dokuei = (command: "isolate" | "freeze", role: Role): string => {
    const args = [MAIN, command, road.configFile(role), "--by", BY, "--reason", REASON]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
    assert.equal(status, 0, stderr)
    return stdout
  }
  /** The same in this process: a new one would prove nothing more. */
  const moved = async (lever: LeverName, role: Role, end: boolean): Promise<Levers> => {
    const config = loadConfig(road.configFile(role), "unseen")
    const levers = await pull(config, { lever, by: BY, reason: REASON, end })
    await takenUp(levers, machineRoomOf(config))
    return levers
  }
  const study = (PatientID: string): SmallStudy =>
    writeStudy(join(road.site.dir, PatientID), { ...ANNEX_H[0]!, PatientID, slices: 3 })
  const healthOf = async (role: Role): Promise<{ status: number; levers: string }> => {
    const answer = await fetch(`http://127.0.0.1:${road.site.ports[`${role}Health`]}/healthz`)
    const { checks } = (await answer.json()) as {
      checks: { name: string; state: string; sentence: string }[]
    }
    const check = checks.find(({ name }) => name === "levers")
    return { status: answer.status, levers: `${check?.state ?? ""}: ${check?.sentence ?? ""}` }
  }
  const metric = async (name: string): Promise<string | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${road.site.ports.edgeHealth}/metrics`)).text()
    return new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]
  }
  /** Rows of everything but the audit trail's outbox and what a database counts of itself. */
  const rows = (role: Role): Record<string, unknown> => {
    const db = new Database(join(road.dataDir(role), "ledger.sqlite"), { readonly: true })
    const count = (table: string): unknown => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    const tables = ["study", "instance", "request", "submission", "document", "report", "job"]
    const counted = Object.fromEntries(tables.map((table) => [table, count(table)]))
    const states = db.prepare("SELECT id, state FROM submission ORDER BY id").all()
    db.close()
    return { ...counted, states }
  }
  const segments = (role: Role): string[] =>
    readdirSync(join(road.dataDir(role), "spool"), { recursive: true, encoding: "utf8" }).sort()
  const isOpen = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1")
      const tell = (open: boolean): void => {
        socket.destroy()
        resolve(open)
      }
      socket.once("connect", () => tell(true))
      socket.once("error", () => tell(false))
    })
  const alerts = (role: Role, words: string): number =>
    auditMessages(road, role).filter((each) => each.includes("110113") && each.includes(words)).length

  it("frozen: people read and are told, devices and partners are told to come back, nothing changes; then it goes on", async () => {
    const first = study("BEFORE")
    const firstId = await road.send(first)
    await road.reached(firstId, "arrived")
    const desks = await road.desks()

    assert.match(dokuei("freeze", "edge"), /^frozen since \S+, by 想定 管理: 不審な接続があった$/m)
    assert.match((await healthOf("edge")).levers, /^warn: frozen since \S+: people read/)
    assert.equal((await healthOf("edge")).status, 200)
    assert.deepEqual([await metric("dokuei_frozen"), await metric("dokuei_isolated")], ["1", "0"])
    const [before, lying] = [rows("edge"), segments("edge")]

    const late = study("WHILE")
    await assert.rejects(
      sendStudy(road.site, late.files),
      /ended with 167/,
      "A700 (PS3.4 B.2.3): storescu ends with its upper octet",
    )
    await assert.rejects(road.request(late), /HTTP 503 .*ERR_FROZEN/s)
    const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${firstId}`)
    assert.equal(detail.requestId, firstId)
    const session = await desks.clerk.get<SessionView>("/api/session")
    assert.equal(typeof session.frozenSince, "string")
    const page = await desks.clerk.get<{ lights: { code: string }[] }>("/api/technician")
    assert.equal(page.lights[0]?.code, "frozen")

    // Who is let in is no part of what stands still: shutting somebody out is a measure of the incident.
    const config = loadConfig(road.configFile("edge"))
    await enrol(config, { login: "kansa", name: "監査 花子", role: "officer", minutes: 15 })
    const lost = { login: CLERK.login, operator: BY, reason: REASON }
    assert.match(await lostPasskeys(config, lost), /^1 passkey\(s\) of .* open nothing more/)
    await assert.rejects(desks.clerk.get("/api/requests"), /401/)

    // Over a restart, and whatever is due meanwhile.
    await road.endTerms("edge")
    assert.match((await healthOf("edge")).levers, /; 1 term\(s\) ended and wait$/)
    assert.deepEqual([rows("edge"), segments("edge")], [before, lying])

    assert.equal((await moved("frozen", "edge", true)).frozen, null)
    await until("the ended term dealt with", () => {
      const gone = lying.filter((each) => !segments("edge").includes(each))
      return Promise.resolve(gone.length > 0 ? true : null)
    })
    await road.reached(await road.send(late), "arrived")
    assert.equal(alerts("edge", "the gateway is frozen, by 想定 管理: 不審な接続があった"), 1)
    assert.equal(alerts("edge", "the freeze of the gateway has ended, by 想定 管理"), 1)
  })

  it("a frozen reading centre answers XDSRepositoryBusy; the hospital keeps the study and sends it once it may", async () => {
    await moved("frozen", "center", false)
    const before = rows("center")
    const sent = study("HELD")
    const requestId = await road.send(sent)
    await until("the centre was asked and said no", async () => {
      const text = await (await fetch(`http://127.0.0.1:${road.site.ports.edgeHealth}/metrics`)).text()
      return /code="ERR_SUBMISSION_BUSY"\} \d/.test(text) ? true : null
    })
    assert.deepEqual(rows("center"), before)
    await moved("frozen", "center", true)
    await road.reached(requestId, "arrived")
    await road.read(requestId)
  })

  it("isolated: the machine room alone answers, over a restart too; given back, all doors and what waited", async () => {
    const { edgeHealth, edgeXdr, dicom } = road.site.ports as Record<string, number>
    assert.match(dokuei("isolate", "edge"), /^isolated since /m)
    const shut = async (): Promise<void> => {
      const { status, levers } = await healthOf("edge")
      assert.equal(status, 503)
      assert.match(levers, /^fail: isolated since \S+: every other door is shut$/)
      const desk = Number(new URL(road.site.edgeOrigin).port)
      assert.deepEqual(await Promise.all([edgeHealth!, edgeXdr!, dicom!, desk].map(isOpen)), [
        true,
        false,
        false,
        false,
      ])
    }
    await shut()
    assert.equal(await metric("dokuei_isolated"), "1")
    await road.stop("edge")
    await road.start("edge")
    await shut()
    assert.equal((await moved("isolated", "edge", true)).isolated, null)
    await road.reached(await road.send(study("AFTER")), "arrived")
    assert.equal(alerts("edge", "the gateway is isolated, by 想定 管理: 不審な接続があった"), 1)
    assert.equal((await verifyTrail(trailFile(road, "edge"), null)).fault, null)
  })
})
