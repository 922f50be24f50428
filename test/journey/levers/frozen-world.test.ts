/** A reader in the midst of a report when the gateway is frozen: no word of theirs is lost, and nothing else changes. */
import assert from "node:assert/strict"
import { frozenWorld } from "../../../gateway/journey/levers/frozen-world.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import { reportDesk } from "../../../gateway/journey/read/report.ts"
import type { ReportRecord } from "../../../gateway/journey/records/report.ts"
import {
  isFrozenOwner,
  longTermOwner,
  signatureOwner,
} from "../../../gateway/journey/submit/report-documents.ts"
import { PIN } from "../certificates.ts"
import { DRAFT, enter, READER, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

const LEVER = { by: "想定 管理", reason: "調査", since: "2026-08-03T00:00:00Z" }
const FROZEN = { code: "ERR_FROZEN" }
const ASSERTION = new Uint8Array([1])

describe("a reader's report while the gateway is frozen", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open()
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
  })
  afterEach(() => sides.close())

  const report = async (): Promise<ReportRecord> =>
    (await sides.center.ledger.reportsOfRequest(requestId))[0]!
  const frozen = () => reportDesk(frozenWorld(sides.center.world, LEVER))
  const prepared = async (): Promise<ReportRecord> => {
    const { reading } = sides.center
    const { draft } = await reading.start(READER, requestId)
    const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, draft!.draftVersion)
    await reading.prepare(READER, requestId, draftVersion)
    return report()
  }
  const restart = async (): Promise<void> => {
    sides.center.close()
    await sides.center.open()
  }

  it("is saved also when it stood prepared for its signature; the prepared pages serve no more, and go after the freeze", async () => {
    const before = await prepared()
    const [{ place }] = before.private.documents as [ReportRecord["private"]["documents"][number]]
    const text = { ...DRAFT, findings: "凍結のあいだに書いた所見。" }
    const { draftVersion } = await frozen().saveDraft(READER, requestId, text, before.draftVersion)
    const kept = await report()
    assert.deepEqual(
      [kept.draftVersion, kept.private.draft.findings, kept.prepareId, kept.private.documents],
      [draftVersion, text.findings, null, []],
    )
    const lying = await readWhole(sides.center.world.spool, place)
    assert(lying.length > 0, "nothing is destroyed meanwhile")
    await assert.rejects(frozen().prepare(READER, requestId, draftVersion), FROZEN)
    const stale = sides.center.reading.sign(READER, before.prepareId!, PIN, ASSERTION)
    await assert.rejects(stale, { code: "ERR_NOT_FOUND" }, "words of before are not signed for those of now")
    await restart()
    assert.equal(sides.center.rolledForward?.segmentsDropped, 1)
    const { prepareId } = await sides.center.reading.prepare(READER, requestId, draftVersion)
    await sides.center.reading.sign(READER, prepareId, PIN, ASSERTION)
    await sides.settle()
    assert.equal((await report()).status, "final")
  })

  it("is not signed, and what was approved is neither taken back nor written over", async () => {
    const before = await prepared()
    await assert.rejects(frozen().sign(READER, before.prepareId!, PIN, ASSERTION), FROZEN)
    assert.deepEqual(await report(), before)
    const approved = {
      ...before,
      approved: { at: LEVER.since, reader: READER, waitsFor: "service" as const },
    }
    await sides.center.ledger.commit([{ put: "report", record: approved }])
    await assert.rejects(frozen().takeBack(READER, requestId), FROZEN)
    assert.equal((await report()).approved?.waitsFor, "service")
  })

  it("loses no signature: of a report's documents only what was frozen and not signed may be left behind", () => {
    assert.deepEqual(
      ["report/r1/p1", signatureOwner("r1"), longTermOwner("r1"), "s1", "report/r1"].map(isFrozenOwner),
      [true, false, false, false, false],
    )
  })
})
