/** A quarantined study joined, sent, supplemented and taken back, by people who do not give up, whatever happens to a gateway. */
import assert from "node:assert/strict"
import type { StudyRecord } from "../../gateway/journey/records/study.ts"
import { Fuse, type Mishap } from "./fuse.ts"
import { CLERK, enter, insist, READER, requestFor, storeAll, study } from "./people.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

const PATIENCE_MS = 3 * 60 * MINUTE_MS
/** All in the long suite. */
const STRIDE = process.env.DOKUEI_LONG === undefined ? 23 : 1
const SEED = Number(process.env.DOKUEI_SEED ?? Date.now() % 1000)
/** Both in the long suite. */
const BOTH = ["signed", "registry-response"] as const
const RECEIPTS = process.env.DOKUEI_LONG === undefined ? BOTH.filter((_, at) => at === SEED % 2) : BOTH
const NOTHING = (): Promise<void> => Promise.resolve()
const REASON = "打ち間違い"

const FIRST = study("P1", 2)
const MORE = study("0P1", 1, { StudyInstanceUID: FIRST.StudyInstanceUID })
const LATE = study("P1", 1, { StudyInstanceUID: FIRST.StudyInstanceUID })

async function walk(sides: TwoSides): Promise<void> {
  const { edge, center } = sides
  const studies = async (): Promise<readonly StudyRecord[]> =>
    edge.ledger.studiesByUid(FIRST.StudyInstanceUID)
  await storeAll(edge, FIRST)
  await storeAll(edge, MORE)
  await sides.settle(PATIENCE_MS)
  const quarantined = async () => (await studies()).find(({ state }) => state === "quarantined")
  const main = async () => (await studies()).find(({ private: { patient } }) => patient.PatientID === "P1")!
  const second = await insist(edge, NOTHING, quarantined)
  const { id: studyId } = await insist(edge, NOTHING, main)
  await insist(
    edge,
    () => edge.staff.rule(CLERK, second.id, { what: "same-patient", studyId, reason: REASON }),
    async () => (await quarantined()) === undefined,
  )
  const id = await enter(edge, requestFor("P1", "R1"))
  await sides.settle(PATIENCE_MS)
  await storeAll(edge, LATE)
  await sides.settle(PATIENCE_MS)
  const item = async () => (await center.reading.worklist(READER)).find(({ requestId }) => requestId === id)
  const arrived = await insist(center, NOTHING, item)
  assert.equal(arrived.study.instances, 4, "everything that was acknowledged has arrived, once")
  await insist(
    edge,
    () => edge.staff.recall(CLERK, id, REASON),
    async () => (await edge.staff.request(CLERK, id)).recall !== null,
  )
  await sides.settle(PATIENCE_MS)
  const gone = await insist(center, NOTHING, item)
  assert.deepEqual([gone.state, gone.notices.map(({ code }) => code)], ["failed", ["recalled"]])
  const there = await insist(center, NOTHING, async () => (await center.ledger.studies(10)).length + 1)
  assert.equal(there, 1, "nothing of it is left at the centre")
  const detail = await insist(edge, NOTHING, () => edge.staff.request(CLERK, id))
  assert.deepEqual(
    detail.deletions.map(({ certificate }) => certificate),
    ["valid"],
  )
}

async function walkWith(fuse: Fuse, receipts: (typeof BOTH)[number]): Promise<void> {
  const sides = await TwoSides.open({ fuse, agreement: { receipts } })
  try {
    await walk(sides)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Error(`after ${fuse.hit ?? "nothing"}: ${said}`, { cause: error })
  } finally {
    sides.close()
  }
}

describe("a study that is joined, supplemented and taken back", function () {
  this.timeout(process.env.DOKUEI_LONG === undefined ? 120_000 : 1_800_000)

  const MISHAPS = ["crash", "ledger-fails"] as const satisfies readonly Mishap[]
  for (const [mishap, receipts] of MISHAPS.flatMap((each) => RECEIPTS.map((of) => [each, of] as const)))
    it(`comes to the same end: ${mishap} at the n-th operation, receipts: ${receipts}`, async () => {
      const counting = new Fuse(mishap, 0)
      await walkWith(counting, receipts)
      const failed: string[] = []
      const first = 1 + (SEED % STRIDE)
      console.log(`      ${counting.count} operations, every ${STRIDE}. from ${first} (DOKUEI_SEED=${SEED})`)
      for (let at = first; at <= counting.count; at += STRIDE) {
        try {
          await walkWith(new Fuse(mishap, at), receipts)
        } catch (error) {
          failed.push(`${at} ${(error as Error).message.split("\n").slice(0, 12).join(" | ")}`)
        }
      }
      if (failed.length > 0) throw new Error(`${failed.length} failed\n${failed.join("\n")}`)
    })
})
