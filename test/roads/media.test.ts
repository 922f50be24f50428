/**
 * The line is down for days: a study goes to the reading centre on a USB stick, its report comes home on another, and when the
 * line is back nothing is there twice.
 */
import assert from "node:assert/strict"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { AGREEMENT } from "../../deploy/demo/site.ts"
import { receiveReport, REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import type { ReadingView, WorkItem } from "../../gateway/journey/views/reading.ts"
import { staffItems } from "../../deploy/demo/hospital.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { freePort } from "../peers/storescp.ts"
import { schemaFaults, schemaOr } from "../peers/schemas.ts"
import { auditMessages } from "./audit-messages.ts"
import { running, type Ended } from "../commands/command-line.ts"
import { Road, SILENT, type Role } from "./road.ts"

const SLICES = 12

describe("a study and its report on USB sticks while the line is down", function () {
  this.timeout(120_000)
  let road: Road
  let study: SmallStudy
  let requestId: string
  const endpoints: Partial<Record<Role, string>> = {}

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", recoding: "none", roles: [] })
    const nobody = await freePort()
    for (const role of ["edge", "center"] as const)
      road.configure(role, (config) => {
        for (const agreement of config.agreements) {
          endpoints[role] = agreement.endpoint
          agreement.endpoint = `https://127.0.0.1:${nobody}/xdr/recipient`
        }
      })
    await Promise.all([road.start("edge"), road.start("center")])
    study = writeStudy(join(road.site.dir, "study"), {
      PatientID: "STICK1",
      PatientName: Buffer.from("Yamada^Tarou"),
      slices: SLICES,
      rows: 64,
    })
    const files = study.instances.map(({ file }) => file)
    requestId = await road.send({ ...study, files })
  })
  after(() => road.close())

  const stick = (name: string): string => {
    const path = join(road.site.dir, name)
    mkdirSync(path)
    return path
  }
  // The time-stamp authority lives in this process: it must not wait for a command.
  const exported = (role: Role, what: string, to: string): Promise<Ended> =>
    running("media", "export", road.configFile(role), what, "--to", to)
  const imported = (role: Role, from: string): Promise<Ended> =>
    running("media", "import", road.configFile(role), from)
  /** A new stick, once so many submissions wait for it. */
  const onStick = (role: Role, what: string, submissions: number): Promise<string> =>
    until(`${submissions} submissions on a stick of the ${role}`, async () => {
      const path = stick(`${role}-${readdirSync(road.site.dir).length}`)
      const { stdout } = await exported(role, what, path)
      return stdout.startsWith(`${submissions} submissions for `) ? path : null
    })
  const item = async (): Promise<WorkItem | undefined> => {
    const { reader } = await road.desks()
    const { items } = await reader.get<{ items: WorkItem[] }>("/api/worklist")
    return items.find((each) => each.requestId === requestId)
  }
  it("writes a study as it would go over the line, and tells nobody whose it is", async () => {
    const to = stick("to-center")
    await until("the study is released", async () => {
      const { code, stdout } = await exported("edge", study.StudyInstanceUID, to)
      if (code === 0) assert.match(stdout, /still waits for the line/)
      return code === 0
    })
    assert.deepEqual(readdirSync(to).sort(), ["IHE_XDM", "INDEX.HTM", "README.TXT"])
    const subset = join(to, "IHE_XDM", "SUBSET01")
    // Manifest, request, images and seal, and the metadata twice.
    assert.equal(readdirSync(subset).length, SLICES + 3 + 2)
    for (const name of [...readdirSync(subset), "README.TXT"])
      assert.match(name, /^[A-Z0-9_]{1,8}(\.[A-Z0-9]{1,3})?$/)
    const clear = ["INDEX.HTM", "README.TXT"].map((name) => readFileSync(join(to, name), "utf8"))
    clear.push(readFileSync(join(subset, "METADATA.XML"), "utf8"))
    for (const text of clear)
      for (const secret of ["STICK1", "Yamada", study.StudyInstanceUID, "R-STICK1", requestId])
        assert.ok(!text.includes(secret), secret)
    const checked = await running("media", "check", to)
    assert.equal(checked.code, 0, checked.stdout + checked.stderr)
  })

  it("writes metadata that the schema of ebRIM takes", function () {
    const schema = schemaOr(this, "lcm", 1)
    const xml = readFileSync(join(road.site.dir, "to-center/IHE_XDM/SUBSET01/METADATA.XML"), "utf8")
    assert.deepEqual(schemaFaults(schema, [xml]), [])
  })

  it("takes it in at the reading centre, verified as from the line, and once however often", async () => {
    const from = join(road.site.dir, "to-center")
    const first = await imported("center", from)
    assert.equal(first.code, 0, first.stdout + first.stderr)
    await until("the study is in the work list", async () => (await item())?.verification === "valid")
    const again = await imported("center", from)
    assert.equal(again.code, 0, again.stdout + again.stderr)
    assert.equal((await road.read(requestId)).study.instances, SLICES)
  })

  it("brings receipt and report home on another stick, and the acknowledgement back", async () => {
    const desks = await road.desks()
    await signReport(desks, await desks.reader.get<ReadingView>(`/api/cases/${requestId}`), REPORT, SILENT)
    const home = await onStick("center", AGREEMENT.center, 2)
    const taken = await imported("edge", home)
    assert.equal(taken.code, 0, taken.stdout + taken.stderr)
    const receiving = receiveReport(desks, requestId, 1, SILENT)
    // That of the report, and 受領.
    const back = await onStick("edge", AGREEMENT.hospital, 2)
    assert.equal((await imported("center", back)).code, 0)
    const detail = await receiving
    assert.equal(detail.report?.impression, REPORT.impression)
    assert.equal(detail.seal?.outcome, "valid")
    const [row] = (await staffItems(road.site)).filter((each) => each.requestId === requestId)
    assert.equal(row?.way.find(({ name }) => name === "arrived")?.state, "done", "by the receipt alone")
  })

  it("leaves nothing to be sent, and nothing twice, when the line is back", async () => {
    for (const role of ["edge", "center"] as const) {
      await road.stop(role)
      road.configure(role, (config) => {
        for (const agreement of config.agreements) agreement.endpoint = endpoints[role] ?? ""
      })
    }
    await Promise.all([road.start("center"), road.start("edge")])
    const { reader } = await road.desks()
    await until("all that was sent again is known again", async () => {
      const seen = await reader.get<ReadingView>(`/api/cases/${requestId}`)
      return (
        seen.study.instances === SLICES &&
        (await exported("edge", AGREEMENT.hospital, stick(`e${Date.now()}`))).code === 1
      )
    })
  })

  it("does not say of a copy that it waits", async () => {
    const { code, stdout } = await exported("edge", study.StudyInstanceUID, stick("copy"))
    assert.equal(code, 0)
    assert.match(stdout, /it is a copy of what has arrived already/)
    assert.doesNotMatch(stdout, /waits/)
  })

  it("tells the audit trail of each medium, with its kind", () => {
    const edge = auditMessages(road, "edge").join("\n")
    assert.match(edge, /csd-code="110106"[^]*?csd-code="ITI-32"[^]*?110154[^]*?<MediaType csd-code="110030"/)
    const center = auditMessages(road, "center").join("\n")
    assert.match(
      center,
      /csd-code="110107"[^]*?csd-code="ITI-32"[^]*?110155[^]*?<MediaType csd-code="110030"/,
    )
  })

  it("refuses what is no medium, is full, or was altered", async () => {
    const from = join(road.site.dir, "to-center")
    const twice = await exported("edge", study.StudyInstanceUID, from)
    assert.equal(twice.code, 1)
    assert.match(twice.stderr, /there is a folder IHE_XDM already/)
    assert.match((await running("media", "check", stick("empty"))).stderr, /there is no folder IHE_XDM/)
    const unknown = await exported("edge", "1.2.3", stick("unknown"))
    assert.match(unknown.stderr, /nothing of 1\.2\.3/)
    const document = join(from, "IHE_XDM/SUBSET01/DOC00003.P7M")
    const bytes = readFileSync(document)
    bytes[bytes.length - 30]! ^= 1
    writeFileSync(document, bytes)
    const checked = await running("media", "check", from)
    assert.equal(checked.code, 1)
    assert.match(
      checked.stdout,
      /SUBSET01 {2}NOT WHOLE\n {2}document 2\.25\.\d+: other bytes than its metadata say/,
    )
    const refused = await imported("center", from)
    assert.equal(refused.code, 1)
    assert.match(refused.stdout, /XDSNonIdenticalHash|hash of 2\.25/)
  })
})
