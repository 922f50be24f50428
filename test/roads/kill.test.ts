/**
 * kill -9 of either gateway at random moments of the loop: nothing acknowledged is lost, nothing happens twice, the
 * report arrives, and every state was met by at least one death.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Rot } from "../../gateway/storage/spool/findings.ts"
import { randomFrom } from "../peers/chance.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { sendUntilAcknowledged } from "../peers/modality.ts"
import { verifiedByCommand } from "./audit-messages.ts"
import { Killer } from "./killer.ts"
import { read } from "./kept.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, ROLES, type Role } from "./road.ts"
import { EVERY_STATE, underWay } from "./states.ts"
import { travel, type Arrived } from "./traveller.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const KILLS = Number(process.env.DOKUEI_KILLS ?? (LONG ? 300 : 50))
/** Kills that may follow until the last state was met. */
const EXTRA_KILLS = 30
const IN_FLIGHT = 4
const SLICES = 4

describe("a road whose gateways are killed", function () {
  this.timeout(KILLS * 10_000 + 300_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))
  let road: Road
  let killer: Killer
  const arrived: Arrived[] = []

  before(async () => {
    console.log(`      ${KILLS} kills, DOKUEI_SEED=${seed}`)
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
  })
  after(() => road.close())

  it("brings every study there and every report home, whatever dies meanwhile", async () => {
    const desks = await road.desks()
    /** Requests whose images may go: their term is ended at the next death. */
    const done = new Set<string>()
    killer = new Killer(road, randomFrom(seed), (role) => {
      // Seldom: a ledger that was opened here no longer lies as the crash left it.
      if (done.size > 0 && killer.kills % 3 === 0) road.endTermsOf(role, [...done])
    })
    await reuseOfUid()
    let next = 0
    let killing = true
    const lane = async (): Promise<void> => {
      while (killing) {
        const name = `KILL${next++}`
        const hooks = {
          slices: SLICES,
          onSending: () => killer.sending(),
          onAcknowledged: (requestId: string) => void done.add(requestId),
        }
        const one = await travel(road, desks, name, hooks)
        done.delete(one.requestId)
        arrived.push(one)
      }
    }
    const lanes = Array.from({ length: IN_FLIGHT }, lane)
    const kill = async (): Promise<void> => {
      while (killing && killer.kills < KILLS) await killer.killOnce()
      while (killing && killer.missed.length > 0 && killer.kills < KILLS + EXTRA_KILLS)
        await killer.killAtMissed()
      killing = false
      // The last of them wait for the end of their terms.
      while (arrived.length < next) {
        await sleep(1_500)
        for (const role of ROLES) if (arrived.length < next) await road.endTerms(role, [...done])
      }
    }
    try {
      await Promise.race([Promise.all([...lanes, kill()]), failed(lanes)])
    } catch (error) {
      console.log(ROLES.flatMap((role) => underWay(road, role)).join("\n"))
      throw error
    } finally {
      killing = false
      printHistogram()
    }
    assert.ok(arrived.length >= IN_FLIGHT)
  })

  /** An image of another patient under a known Study Instance UID: quarantined, and still there at the end. */
  async function reuseOfUid(): Promise<void> {
    const shape = { ...ANNEX_H[0]!, slices: 1 }
    const first = writeStudy(join(road.site.dir, "first"), { ...shape, PatientID: "FIRST" })
    const { StudyInstanceUID } = first
    const second = writeStudy(join(road.site.dir, "second"), {
      ...shape,
      PatientID: "SECOND",
      StudyInstanceUID,
    })
    const device = { port: road.site.ports.dicom, onSending: () => undefined }
    for (const { files } of [first, second]) await sendUntilAcknowledged(device, files, 10_000)
  }

  it("met every state of a study and a submission with at least one death", () => {
    assert.deepEqual(killer.missed, [])
  })

  it("lost nothing a device was told is safe: each image is at the reading centre exactly once", () => {
    for (const { sent, arrived: there, study } of arrived) assert.deepEqual(there, sent, study.PatientID)
  })

  it("did nothing twice: one study, one report, one acknowledgement and one certificate for each request", () => {
    for (const { requestId, study } of arrived) {
      const count = (role: Role, direction: string, kind: string): number =>
        submissions(role, requestId).filter((each) => each.direction === direction && each.kind === kind)
          .length
      const context = study.PatientID
      for (const [from, to, kind] of [
        ["edge", "center", "study"],
        ["center", "edge", "report"],
        ["edge", "center", "acknowledgement"],
        ["center", "edge", "certificate"],
      ] as const) {
        assert.equal(count(from, "out", kind), 1, `${context}: ${kind} left the ${from}`)
        assert.equal(count(to, "in", kind), 1, `${context}: ${kind} came to the ${to}`)
      }
      for (const role of ROLES) {
        const reports = "SELECT count(*) FROM report WHERE request_id = ?"
        assert.equal(
          read(road, role, (ledger) => ledger.prepare(reports).pluck().get(requestId)),
          1,
          context,
        )
      }
    }
  })

  it("left nothing under way: all was accepted, and what wants a receipt has one", () => {
    for (const { requestId, study } of arrived)
      for (const role of ROLES) {
        const open = submissions(role, requestId).filter(({ direction, kind, state }) => {
          const receipted = direction === "in" || kind === "study" || kind === "report"
          return state !== (receipted ? "verified" : "accepted")
        })
        assert.deepEqual(open, [], `${study.PatientID} at the ${role}`)
      }
  })

  for (const role of ROLES) {
    it(`left an audit trail at the ${role} that holds`, () => {
      const { status, printed } = verifiedByCommand(road, role)
      assert.equal(status, 0, printed)
    })

    it(`left no rot in the spool of the ${role}, and no frame its ledger does not know`, async () => {
      await road.stop(role)
      const known = read(road, role, (ledger) => {
        const ids = "SELECT id FROM instance UNION SELECT object_id FROM document"
        return new Set(ledger.prepare(ids).pluck().all() as string[])
      })
      const rot: Rot[] = []
      const opened = await openedSpool(road, role, (found) => rot.push(found))
      assert.deepEqual(rot, [])
      assert.equal(readFileSync(road.logFile(role), "utf8").includes('"spool-rot"'), false)
      assert.deepEqual(
        opened.filter(({ objectId }) => !known.has(objectId)).map(({ meta }) => meta.mimeType),
        [],
      )
    })
  }

  it("left no process behind: what a gateway had started ended with it", () => {
    const { stdout } = spawnSync("ps", ["-eo", "pid,ppid,args"], { encoding: "utf8" })
    const orphans = stdout
      .split("\n")
      .filter((line) => line.includes("draughtsman/child.ts") && line.trim().split(/\s+/)[1] === "1")
    assert.deepEqual(orphans, [])
  })

  interface Row {
    readonly direction: string
    readonly kind: string
    readonly state: string
    readonly failureCode: string | null
  }
  function submissions(role: Role, requestId: string): Row[] {
    const facts = read(road, role, (ledger) =>
      ledger.prepare("SELECT facts FROM submission WHERE request_id = ?").pluck().all(requestId),
    ) as string[]
    return facts.map((each) => {
      const { direction, kind, state, failureCode } = JSON.parse(each) as Row
      return { direction, kind, state, failureCode }
    })
  }

  function printHistogram(): void {
    const starts = [...killer.startMs].sort((a, b) => a - b)
    const median = Math.round(starts[Math.floor(starts.length / 2)] ?? 0)
    console.log(
      `      ${killer.kills} kills, ${arrived.length} studies there and back; starts: median ${median} ms, longest ${Math.round(starts.at(-1) ?? 0)} ms`,
    )
    for (const state of EVERY_STATE) {
      const hits = killer.histogram.get(state) ?? 0
      console.log(
        `      ${state.padEnd(24)} ${String(hits).padStart(4)} ${"█".repeat(Math.ceil((hits / killer.kills) * 40))}`,
      )
    }
  }
})

/** Rejects with the first lane that fails; never resolves. */
function failed(lanes: readonly Promise<void>[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const lane of lanes) lane.catch(reject)
  })
}
