/**
 * A backup of the ledger, made while the gateways ran, is put back over a store that has moved on: nothing that was
 * acknowledged is lost, everything the ledger cannot place is listed, and the service goes on.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { staffItems } from "../../deploy/demo/hospital.ts"
import { REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import { EXIT } from "../../gateway/exit.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, SILENT, type Role } from "./road.ts"

const MAIN = join(import.meta.dirname, "../../gateway/main.ts")

describe("a ledger put back from a backup", function () {
  this.timeout(240_000)
  let road: Road
  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
  })
  after(() => road.close())

  const ledger = (role: Role): string => join(road.dataDir(role), "ledger.sqlite")
  const copy = (role: Role): string => join(road.site.dir, `${role}.backup`)
  const study = (PatientID: string): SmallStudy =>
    writeStudy(join(road.site.dir, PatientID), { ...ANNEX_H[0]!, PatientID, slices: 3 })
  const backUp = async (role: Role): Promise<void> => {
    const db = new Database(ledger(role), { readonly: true })
    await db.backup(copy(role))
    db.close()
  }
  const dokuei = (command: string, role: Role) =>
    spawnSync(process.execPath, [MAIN, command, road.configFile(role)], { encoding: "utf8" })
  /** What lies in a spool: digests of the clear objects. */
  const lying = async (role: Role): Promise<string[]> =>
    (await openedSpool(road, role)).map(({ objectId, bytes }) => `${objectId} ${bytes.length}`).sort()

  /** Stops, puts the backup back, sees that it is refused, recovers and starts again. Returns what a person is told. */
  async function putBack(role: Role): Promise<string> {
    await road.stop(role)
    const before = await lying(role)
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${ledger(role)}${suffix}`, { force: true })
    copyFileSync(copy(role), ledger(role))
    const refused = dokuei("run", role)
    assert.equal(refused.status, EXIT.ledger.code)
    assert.match(refused.stderr, /^ERR_LEDGER_BEHIND: /m)
    const recovered = dokuei("recover", role)
    assert.equal(recovered.status, EXIT.ok.code, recovered.stderr)
    await road.start(role)
    const after = await lying(role)
    assert.deepEqual(
      before.filter((each) => !after.includes(each)),
      [],
      "every object is still there and opens",
    )
    return recovered.stdout
  }

  it("at the center: a study accepted since is kept and listed, and read once it is sent again", async () => {
    await road.desks()
    await backUp("center")
    const sent = study("LATER")
    await road.reached(await road.send(sent), "arrived")
    const told = await putBack("center")
    assert.match(
      told,
      /^slot [0-9a-f]{32} \(received\): \d+ objects, .* KiB, from \S+, since \S+Z; kept until \S+Z$/m,
    )
    assert.doesNotMatch(told, /LATER/)
    await road.read(await road.request(sent))
  })

  it("at the edge: images received since are there, a report that came home is listed, both sides go on", async () => {
    const first = await road.send(study("REPORTED"))
    const reading = await road.read(first)
    await backUp("edge")
    const desks = await road.desks()
    await signReport(desks, reading, REPORT, SILENT)
    await until("the report at home", async () => {
      const { report, signature } = await desks.clerk.get<StaffDetail>(`/api/requests/${first}`)
      return report !== null && signature?.outcome === "valid"
    })
    const received = study("RECEIVED")
    await road.send(received)
    await until("the images at the edge", async () =>
      (await staffItems(road.site)).some(
        ({ study: there, patient }) => patient.PatientID === "RECEIVED" && there?.instances === 3,
      ),
    )
    const told = await putBack("edge")
    assert.match(told, /^3 images filed; /m)
    assert.match(
      told,
      /^slot [0-9a-f]{32} \(documents\): \d+ objects, .*, among others' objects; kept until /m,
    )
    await road.read(await road.request(received))
  })
})
