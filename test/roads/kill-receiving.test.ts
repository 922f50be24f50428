/** kill -9 of an edge while devices send to it: what was answered with success is there after the next start, once. */
import assert from "node:assert/strict"
import { randomInt } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "better-sqlite3"
import type { Rot } from "../../gateway/storage/spool/findings.ts"
import { randomFrom } from "../peers/chance.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { sendUntilAcknowledged } from "../peers/modality.ts"
import { read } from "./kept.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road } from "./road.ts"

const KILLS = Number(process.env.DOKUEI_KILLS ?? (process.env.DOKUEI_LONG === "1" ? 1_000 : 25))
const DEVICES = 3
const SLICES = 6
/** A kill comes this long after a device began to send, at the latest. */
const INTO_SENDING_MS = 150
/** A device whose every association is cut short for that long has bad luck; a gateway that takes nothing has a fault. */
const PATIENCE_MS = 600_000
/** Once in a while a device is left in peace for this long. */
const PEACE_MS = 600

describe("an edge that is killed while it receives", function () {
  this.timeout(KILLS * 10_000 + 120_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))
  let road: Road
  /** SOP Instance UIDs answered with success. */
  const acknowledged = new Set<string>()
  let isOver = false

  before(async () => {
    console.log(`      ${KILLS} kills, DOKUEI_SEED=${seed}`)
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
  })
  after(() => road.close())

  it("takes from each device all it has to send", async () => {
    const dice = randomFrom(seed)
    let killing = true
    let sending = Promise.withResolvers<undefined>()
    const device = {
      port: road.site.ports.dicom,
      onSending: () => {
        sending.resolve(undefined)
        sending = Promise.withResolvers()
      },
    }
    const send = async (lane: number): Promise<void> => {
      for (let n = 0; killing; n++) {
        const PatientID = `D${lane}-${n}`
        const shape = { PatientID, PatientName: Buffer.from("Yamada^Tarou"), slices: SLICES, rows: 128 }
        const { instances } = writeStudy(join(road.site.dir, "sent", PatientID), shape)
        const files = instances.map(({ file }) => file)
        const taken = await sendUntilAcknowledged(device, files, PATIENCE_MS)
        for (const { file, SOPInstanceUID } of instances)
          if (taken.has(file)) acknowledged.add(SOPInstanceUID)
      }
    }
    const lanes = Array.from({ length: DEVICES }, (_, lane) => send(lane))
    const kill = async (): Promise<void> => {
      for (let kills = 0; kills < KILLS; kills++) {
        await sleep(dice() * PEACE_MS)
        await sending.promise
        await sleep(dice() * INTO_SENDING_MS)
        await road.kill("edge")
        await road.start("edge")
      }
      killing = false
    }
    await Promise.all([...lanes, kill()])
    isOver = true
    console.log(`      ${acknowledged.size} images were answered with success`)
    assert.ok(acknowledged.size >= SLICES * DEVICES)
  })

  it("has every image it answered for, once, and found no rot on its way", async function () {
    // Devices may still be sending.
    if (!isOver) this.skip()
    await road.stop("edge")
    const rot: Rot[] = []
    const opened = await openedSpool(road, "edge", (found) => rot.push(found))
    const times = new Map<string, number>()
    for (const { meta } of opened) times.set(meta.uniqueId, (times.get(meta.uniqueId) ?? 0) + 1)
    assert.deepEqual(
      [...acknowledged].filter((uid) => times.get(uid) !== 1),
      [],
    )
    assert.deepEqual(rot, [])
    const count = (ledger: Database): unknown => ledger.prepare("SELECT count(*) FROM instance").pluck().get()
    assert.equal(read(road, "edge", count), opened.length)
    assert.equal(readFileSync(road.logFile("edge"), "utf8").includes('"spool-rot"'), false)
  })
})
