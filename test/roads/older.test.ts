/**
 * The program of today on data folders that really older ones have left (`older/README.md`): it starts, everything is there and
 * opens, and goes on. Going back is refused in words.
 */
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { SoftwareAuthenticator } from "../../deploy/demo/authenticator.ts"
import { DeskClient } from "../../deploy/demo/desk-client.ts"
import { CLERK } from "../../deploy/demo/people.ts"
import { receiveReport, REPORT, signReport } from "../../deploy/demo/walk.ts"
import { enrol } from "../../gateway/commands/enrol.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { EXIT } from "../../gateway/exit.ts"
import type { StaffDetail, StaffItem } from "../../gateway/journey/views/staff.ts"
import { verifyTrail } from "../../gateway/storage/trail/verify-trail.ts"
import { MIGRATIONS } from "../../gateway/storage/ledger/schema.ts"
import { MAIN } from "../commands/command-line.ts"
import { trailFile } from "./audit-messages.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, SILENT, type Role } from "./road.ts"

const TEN_YEARS = { imagesKept: "3650d", quietPeriod: "1s", roles: [] } as const
/** At the hospital, in three studies: read and received, sent, waiting for a request. */
const IMAGES = 6

describe("a data folder of an older program", function () {
  this.timeout(120_000)
  let road: Road
  beforeEach(async () => {
    road = await Road.open(TEN_YEARS)
  })
  afterEach(() => road.close())

  const bring = (version: number, role: Role): void => {
    rmSync(road.dataDir(role), { recursive: true, force: true })
    const archive = join(import.meta.dirname, `older/ledger-${version}/${role}.tar.gz`)
    execFileSync("tar", ["--no-same-owner", "-xzf", archive, "-C", road.site.dir])
  }
  const ledgerOf = <Value>(role: Role, use: (ledger: Database.Database) => Value): Value => {
    const ledger = new Database(join(road.dataDir(role), "ledger.sqlite"))
    try {
      return use(ledger)
    } finally {
      ledger.close()
    }
  }
  const versionOf = (role: Role): unknown =>
    ledgerOf(role, (ledger) => ledger.pragma("user_version", { simple: true }))

  /** A clerk with a new passkey: whose requests a system had entered is not everywhere known of then. */
  const clerkOf = async (): Promise<DeskClient> => {
    const clerk = new DeskClient(road.site.edgeOrigin, new SoftwareAuthenticator())
    const link = await enrol(loadConfig(road.configFile("edge")), { ...CLERK, minutes: 15 })
    await clerk.enrol(link.slice(link.lastIndexOf("/") + 1))
    return clerk
  }
  const listed = async (clerk: DeskClient): Promise<readonly StaffItem[]> =>
    (await clerk.get<{ items: readonly StaffItem[] }>("/api/requests")).items
  const idOf = async (clerk: DeskClient, requestNumber: string): Promise<string> =>
    (await listed(clerk)).find((each) => each.requestNumber === requestNumber)?.requestId ?? ""

  /** The way of each request, as far as it has come, and the report with its text, verdict and pages. */
  const isAllThere = async (clerk: DeskClient): Promise<void> => {
    const ways = (await listed(clerk)).map(({ requestNumber, way }) => {
      const done = way.filter(({ state }) => state === "done").map(({ name }) => name)
      return [requestNumber, done.join(" ")]
    })
    assert.deepEqual(ways.sort(), [
      ["", "received"],
      ["R-READ-1", "received sent arrived reading reported acknowledged"],
      ["R-UNREAD-2", "received sent arrived"],
    ])
    const read = await clerk.get<StaffDetail>(`/api/requests/${await idOf(clerk, "R-READ-1")}`)
    assert.equal(read.patient.PatientID, "READ")
    assert.equal(read.report?.findings, REPORT.findings)
    assert.equal(read.signature?.outcome, "valid")
    const pdf = await clerk.bytes(`/api/reports/${read.report.reportId}/pdf`)
    assert.equal(pdf.bytes.toString("latin1", 0, 5), "%PDF-")
    assert.equal(await images("edge"), IMAGES)
    assert.equal((await verifyTrail(trailFile(road, "edge"), null)).fault, null)
  }

  /** Opened by the keys of then: none is missing, and none is told of as rot. */
  const images = async (role: Role): Promise<number> => {
    const rot: unknown[] = []
    const opened = await openedSpool(road, role, (each) => rot.push(each))
    assert.deepEqual(rot, [])
    return opened.filter(({ kind }) => kind === "instance").length
  }

  for (const version of [8, 15])
    it(`whose ledger has version ${version}: requests, images and a received report are all there`, async () => {
      bring(version, "edge")
      assert.equal(versionOf("edge"), version)
      await road.start("edge")
      assert.equal(versionOf("edge"), MIGRATIONS.length)
      await isAllThere(await clerkOf())
    })

  it("of both sides and of the second version: what was unread then is read, signed and received today", async () => {
    for (const role of ["edge", "center"] as const) {
      bring(2, role)
      assert.equal(versionOf(role), 2)
      await road.start(role)
    }
    const desks = await road.desks()
    await isAllThere(desks.clerk)
    const unread = await idOf(desks.clerk, "R-UNREAD-2")
    await signReport(desks, await road.read(unread), REPORT, SILENT)
    await receiveReport(desks, unread, 1, SILENT)
  })

  it("is refused by a program that is older than it, in words and with nothing changed", () => {
    bring(15, "edge")
    ledgerOf("edge", (ledger) => ledger.pragma("user_version = 99"))
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "run", road.configFile("edge")], {
      encoding: "utf8",
    })
    assert.equal(status, EXIT.storage.code)
    assert.match(stderr, /^ERR_LEDGER: .*version 99.*newer than this program/m)
    assert.equal(versionOf("edge"), 99)
  })
})
