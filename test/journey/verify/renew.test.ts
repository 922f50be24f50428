/** The hospital's long-term copy: made beside what was received, with later evidence, and stamped anew in time. */
import assert from "node:assert/strict"
import { days, newKey } from "../../../gateway/commands/pki-authority.ts"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import type { ReportRecord } from "../../../gateway/journey/records/report.ts"
import { documentOf } from "../../../gateway/journey/submit/report-documents.ts"
import type { Outcome } from "../../../gateway/journey/run.ts"
import type { TrustStore } from "../../../gateway/journey/trust.ts"
import { renew } from "../../../gateway/journey/verify/renew.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { certificates, list, START } from "../certificates.ts"
import { DRAFT, enter, requestFor, storeAll, study, writeAndSign } from "../people.ts"
import { TestTsa } from "../time-stamps.ts"
import { DAY_MS, TwoSides } from "../world.ts"

const SIGNATURES = { level: "T", references: "manifest", keep: "long-term" } as const
const YEAR_DAYS = 365

describe("the long-term copy of a report's signature", function () {
  this.timeout(60_000)

  async function reported(sides: TwoSides): Promise<string> {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle()
    return requestId
  }

  async function newLists({ trust }: TwoSides, at: Date): Promise<void> {
    const { authorities } = await certificates()
    for (const name of trust.edge.lists.keys()) trust.edge.lists.set(name, list(authorities[name], at))
  }

  /** As the runner does it. */
  async function decided(...call: Parameters<typeof renew>): Promise<Outcome> {
    const outcome = await renew(...call)
    return "decide" in outcome ? outcome.decide() : outcome
  }

  const reportOf = async ({ edge }: TwoSides, requestId: string): Promise<ReportRecord> =>
    (await edge.ledger.reportsOfRequest(requestId))[0]!

  function judged(xml: Uint8Array, report: ReportRecord, { trust }: TwoSides, now: Date) {
    const documents = (["cda", "pdf"] as const).map((role) => {
      const { uniqueId, sha256 } = documentOf(report, role)
      return { uniqueId, sha256: Buffer.from(sha256, "hex") }
    })
    return verifySignature(xml, { documents, submissionSetUniqueId: null }, trust.edge.report(), now)
  }

  it("waits for lists from after the signature, carries them, and leaves what was received as it is", async () => {
    const sides = await TwoSides.open({ agreement: { signatures: SIGNATURES } })
    try {
      const requestId = await reported(sides)
      const before = await reportOf(sides, requestId)
      const received = await readWhole(sides.edge.world.spool, documentOf(before, "signature").place)
      await sides.settle(1.5 * DAY_MS)
      assert.equal((await reportOf(sides, requestId)).private.longTerm, undefined, "no later list yet")
      await newLists(sides, sides.time.peek())
      await sides.settle(1.5 * DAY_MS)
      const report = await reportOf(sides, requestId)
      assert.deepEqual(report.private.documents, before.private.documents)
      assert.equal(report.private.longTerm?.level, "X-L")
      assert.equal(report.private.longTerm.version, 1)
      await newLists(sides, sides.time.peek())
      await sides.settle(1.5 * DAY_MS)
      const full = (await reportOf(sides, requestId)).private.longTerm
      assert.equal(full?.version, 2, "with a list from after its second time stamp")
      const copy = await readWhole(sides.edge.world.spool, full.place)
      const still = await readWhole(sides.edge.world.spool, documentOf(report, "signature").place)
      assert.deepEqual(Buffer.from(still), Buffer.from(received))
      sides.trust.edge.lists.clear()
      const later = days(sides.time.peek(), 5 * YEAR_DAYS)
      assert.equal(judged(copy, report, sides, later).verdict.outcome, "valid", "by itself")
      assert.equal(judged(received, report, sides, later).verdict.outcome, "indeterminate")
      await newLists(sides, sides.time.peek())
      await sides.settle(90 * DAY_MS)
      assert.equal((await reportOf(sides, requestId)).private.longTerm?.version, 2, "and then it rests")
    } finally {
      sides.close()
    }
  })

  it("is stamped anew before its time stamp's authority ends, by one that lasts longer, and outlives it", async () => {
    const sides = await TwoSides.open({ agreement: { signatures: SIGNATURES } })
    try {
      const requestId = await reported(sides)
      await newLists(sides, days(sides.time.peek(), 1))
      await sides.settle(2 * DAY_MS)
      const report = await reportOf(sides, requestId)
      assert.equal(report.private.longTerm?.level, "X-L")
      const { authorities, tsa } = await certificates()
      const late = days(START, 9.5 * YEAR_DAYS)
      await newLists(sides, late)
      const clock = { now: () => late }
      const trustedFor: (Agreement["id"] | undefined)[] = []
      const trust: TrustStore = {
        seal: (agreement) => sides.trust.edge.seal(agreement),
        want: (chains) => sides.trust.edge.want(chains),
        report: (agreement) => {
          trustedFor.push((agreement as Agreement | null | undefined)?.id)
          return sides.trust.edge.report()
        },
      }
      const world = { ...sides.edge.world, clock, trust, timeStamps: new TestTsa(tsa, clock) }
      const job = {
        id: `renew/${report.id}`,
        verb: "renew",
        subject: report.id,
        runAt: "",
        attempts: 0,
        failureCode: null,
      } as const
      const same = await decided(world, job)
      assert.deepEqual(same.changes, [], "the same authority lasts no longer")
      const { agreement } = (await sides.edge.ledger.request(requestId))!
      assert.deepEqual(
        trustedFor,
        [agreement],
        "judged as the report itself: by the roles its agreement names",
      )
      const next = authorities.tsaRoot.certify(
        await newKey("rsa-2048"),
        issue.writeName(["C", "JP"], ["CN", "TSA of the next decade"]),
        { notBefore: days(START, 8 * YEAR_DAYS), notAfter: days(START, 20 * YEAR_DAYS) },
        issue.keyUsage("digitalSignature"),
        issue.extKeyUsage(true, "1.3.6.1.5.5.7.3.8"),
      )
      const { changes, again } = await decided({ ...world, timeStamps: new TestTsa(next, clock) }, job)
      assert.equal(again?.at.getTime(), days(late, 30).getTime())
      await sides.edge.ledger.commit(changes)
      const kept = await reportOf(sides, requestId)
      assert.equal(kept.private.longTerm?.level, "A")
      assert.equal(kept.private.longTerm.version, 2)
      const inTwelve = days(START, 12 * YEAR_DAYS)
      await newLists(sides, inTwelve)
      const copy = await readWhole(sides.edge.world.spool, kept.private.longTerm.place)
      const verified = judged(copy, kept, sides, inTwelve)
      assert.equal(verified.verdict.outcome, "valid", JSON.stringify(verified.verdict.tests, null, 1))
      const before = await readWhole(sides.edge.world.spool, report.private.longTerm.place)
      assert.equal(judged(before, kept, sides, inTwelve).verdict.outcome, "indeterminate")
      assert.deepEqual((await decided({ ...world, timeStamps: new TestTsa(next, clock) }, job)).changes, [])
    } finally {
      sides.close()
    }
  })
})
