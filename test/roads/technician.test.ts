/**
 * The technician's night: a disk that runs full, devices that are set wrongly, and a line that is down, as they are met by
 * DCMTK at a real gateway on a real small file system, and told on the page.
 */
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { sendStudy } from "../../deploy/demo/hospital.ts"
import { makeStudy, type DemoStudy } from "../../deploy/demo/study.ts"
import { until } from "../../deploy/demo/walk.ts"
import type { DeviceView, TechnicianView, TestResult } from "../../gateway/journey/views/technician.ts"
import { Road, type ConfigDraft } from "./road.ts"

const MIB = 1024 * 1024
const DISK_MIB = 128
const MARKS = { warnMiB: 80, refuseMiB: 50, reserveMiB: 20 }

interface WithDevices extends ConfigDraft {
  disk: typeof MARKS
  dicom: { modalities: object[] }
}

describe("a night at the machine", function () {
  this.timeout(120_000)
  let road: Road | null = null
  let disk: string

  before(async function () {
    const opened = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: [] })
    road = opened
    disk = opened.dataDir("edge")
    mkdirSync(disk, { recursive: true })
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", disk])
    if (mounted.status !== 0) {
      console.log("      skipped: a small file system can be mounted by root alone")
      await opened.close()
      road = null
      this.skip()
    }
    opened.configure("edge", (config) => {
      const edge = config as WithDevices
      edge.disk = MARKS
      edge.dicom.modalities.push(
        { aeTitle: "ER1", stat: true, quietPeriod: "1s" },
        { aeTitle: "CT2", addresses: ["192.0.2.21"], quietPeriod: "1s" },
      )
    })
    await Promise.all([opened.start("edge"), opened.start("center")])
  })
  after(async () => {
    if (road === null) return
    await Promise.all([road.stop("edge"), road.stop("center")])
    execFileSync("umount", [disk])
    await road.close()
  })

  const here = (): Road => {
    assert.ok(road !== null)
    return road
  }
  const page = async (): Promise<TechnicianView> =>
    (await here().desks()).clerk.get<TechnicianView>("/api/technician")
  const lights = async (): Promise<string[]> =>
    (await page()).lights.map(({ tone, code }) => `${tone} ${code}`)
  const device = async (wanted: string): Promise<DeviceView> => {
    const found = (await page()).devices.find(({ aeTitle }) => aeTitle === wanted)
    assert.ok(found !== undefined)
    return found
  }
  const study = (PatientID: string): DemoStudy => makeStudy(join(here().site.dir, PatientID), PatientID)
  const send = (sent: DemoStudy, callingAE: string): Promise<string> =>
    sendStudy(here().site, sent.files, callingAE)
  /** Somebody else fills the disk until so much is free; the gateway looks every second. */
  const leave = async (freeMiB: number): Promise<void> => {
    const filler = join(disk, "filler")
    rmSync(filler, { force: true })
    const { bavail, bsize } = statfsSync(disk)
    const bytes = bavail * bsize - freeMiB * MIB
    if (bytes > 0) writeFileSync(filler, Buffer.alloc(bytes))
    await sleep(1_200)
  }
  const echoscu = (...options: string[]): string => {
    const { stdout, stderr } = spawnSync("echoscu", [
      "-d",
      ...options,
      "127.0.0.1",
      String(here().site.ports.dicom),
    ])
    return `${stdout.toString()}${stderr.toString()}`
  }

  it("begins with nothing to do, and names every device", async () => {
    assert.deepEqual(await lights(), [])
    const { devices, door, disk: store } = await page()
    assert.deepEqual(
      devices.map(({ aeTitle, stat, today, lastImageAt }) => [aeTitle, stat, today, lastImageAt]),
      [
        ["MR1", false, 0, null],
        ["ER1", true, 0, null],
        ["CT2", false, 0, null],
      ],
    )
    assert.equal(door.aeTitle, "DOKUEI")
    assert.equal(store.state, "ok")
  })

  it("shows an image within seconds, and a device's own echo", async () => {
    await send(study("NIGHT1"), "MR1")
    const shown = await until("the images of MR1", async () => {
      const mr = await device("MR1")
      return mr.today === 20 ? mr : null
    })
    assert.ok(shown.lastImageAt !== null && shown.open === 0)
    echoscu("-aet", "ER1", "-aec", "DOKUEI")
    assert.ok((await device("ER1")).lastEchoAt !== null)
  })

  it("names devices that are set wrongly, with the line that lets them in", async () => {
    echoscu("-aet", "CT9", "-aec", "DOKUEI")
    echoscu("-aet", "CT9", "-aec", "DOKUEI")
    echoscu("-aet", "CT2", "-aec", "DOKUEI")
    echoscu("-aet", "MR1", "-aec", "PACS")
    const tls = connect(here().site.ports.dicom, "127.0.0.1")
    // The first octets of a TLS ClientHello.
    tls.end(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x00]))
    const told = await until("who was turned away", async () => {
      const { turnedAway } = await page()
      return turnedAway.length === 4 ? turnedAway : null
    })
    assert.deepEqual(
      told
        .map(({ why, callingAE, calledAE, count, line }) => ({ why, callingAE, calledAE, count, line }))
        .reverse(),
      [
        {
          why: "unknown-ae",
          callingAE: "CT9",
          calledAE: "DOKUEI",
          count: 2,
          line: '- { aeTitle: "CT9", addresses: ["127.0.0.1"] }',
        },
        {
          why: "wrong-address",
          callingAE: "CT2",
          calledAE: "DOKUEI",
          count: 1,
          line: 'addresses: ["127.0.0.1"]',
        },
        { why: "called-ae", callingAE: "MR1", calledAE: "PACS", count: 1, line: null },
        { why: "tls-on-plain-port", callingAE: "", calledAE: "", count: 1, line: null },
      ],
    )
  })

  it("refuses routine images of a disk that runs full, and takes what is urgent", async () => {
    const [routine, emergency, awaited] = [study("FULL1"), study("FULL2"), study("FULL3")]
    await leave(70)
    assert.ok((await lights()).includes("amber disk-low"))
    await leave(45)
    // DCMTK ends with the upper byte of the status: A7.
    await assert.rejects(send(routine, "MR1"), /ended with 167/)
    const { lastRefusal } = await device("MR1")
    assert.deepEqual([lastRefusal?.status, lastRefusal?.comment], [0xa700, "ERR_SPOOL_FULL"])
    await send(emergency, "ER1")
    // A STAT request that names its study makes images of any device urgent.
    await here().request(awaited)
    await send(awaited, "MR1")
    const shown = await lights()
    assert.deepEqual(shown.slice(0, 1), ["red disk-refusing"])
  })

  it("takes nothing below the reserve, and still writes requests and the audit trail", async () => {
    await leave(15)
    await assert.rejects(send(study("FULL4"), "ER1"), /ended with 167/)
    assert.equal((await lights())[0], "red disk-full")
    await here().request(study("FULL5"))
    assert.match(
      execFileSync("tail", ["-c", "20000", join(disk, "audit.jsonl")]).toString(),
      /node|ITI-41|110/,
    )
  })

  it("takes everything again as soon as there is room, without a restart", async () => {
    const pid = here().pid("edge")
    rmSync(join(disk, "filler"))
    await until("room again", async () => (await page()).disk.state === "ok")
    await sleep(1_200)
    await send(study("FULL6"), "MR1")
    await send(study("FULL7"), "ER1")
    assert.equal(here().pid("edge"), pid)
    await until("the lights go out", async () =>
      (await lights()).every((each) => !/disk|images-refused/.test(each)),
    )
  })

  it("tests the line: it answers, it is down and says what to do, and it is back", async () => {
    const { clerk } = await here().desks()
    const [partner] = (await page()).partners
    const test = () => clerk.post<TestResult>("/api/technician/line", { agreement: partner?.agreement ?? "" })
    assert.equal((await test()).ok, true)
    await here().stop("center")
    const failed = await test()
    assert.deepEqual([failed.ok, failed.code], [false, "ERR_SUBMISSION_UNREACHABLE"])
    assert.match(failed.ja?.steps.join() ?? "", /ルーター/)
    assert.ok((await lights()).includes("amber ERR_SUBMISSION_UNREACHABLE"))
    await here().start("center")
    assert.equal((await test()).ok, true)
    assert.ok(!(await lights()).some((each) => each.includes("UNREACHABLE")))
  })
})
