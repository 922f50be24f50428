/** The hospital's long-term copy: made beside what was received, with later evidence, and stamped anew in time. */
import assert from "node:assert/strict"
import { days, newKey, type Holder } from "../../../gateway/commands/pki-authority.ts"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import type { ReportRecord } from "../../../gateway/journey/records/report.ts"
import { documentOf } from "../../../gateway/journey/submit/report-documents.ts"
import type { Outcome } from "../../../gateway/journey/run.ts"
import type { TrustStore } from "../../../gateway/journey/trust.ts"
import { renew } from "../../../gateway/journey/verify/renew.ts"
import { sealBytes } from "../../../gateway/journey/submit/pack.ts"
import { withValues } from "../../../gateway/standards/dsg/long-term.ts"
import { readSignatureDocument } from "../../../gateway/standards/dsg/signature-document.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { MAX_EVIDENCE, MAX_KEPT_EVIDENCE } from "../../../gateway/standards/dsg/xades-read.ts"
import { judgedEvidence } from "../../../gateway/standards/evidence/judge.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl, REASON } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { certificates, list, START } from "../certificates.ts"
import { DRAFT, enter, requestFor, storeAll, study, writeAndSign } from "../people.ts"
import { packageAt } from "../evidence/packages.ts"
import { TestTsa } from "../time-stamps.ts"
import { DAY_MS, TwoSides } from "../world.ts"

const SIGNATURES = { level: "T", references: "manifest", keep: "long-term" } as const
const YEAR_DAYS = 365
const NOTHING = { certificates: [], crls: [], ocsp: [], isComplete: true, isLater: true }

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
    const claimed = { documents, submissionSetUniqueId: null }
    return verifySignature(xml, claimed, trust.edge.report(), now, { maxEvidence: MAX_KEPT_EVIDENCE })
  }

  const jobOf = ({ id }: ReportRecord) =>
    ({ id: `renew/${id}`, verb: "renew", subject: id, runAt: "", attempts: 0, failureCode: null }) as const

  /** In force for these years after the start. */
  async function authority(from: number, until: number, kind: "p-256" | "p-384" = "p-256") {
    const { authorities } = await certificates()
    return authorities.tsaRoot.certify(
      await newKey(kind),
      issue.writeName(["C", "JP"], ["CN", `TSA of the years ${from} to ${until}`]),
      { notBefore: days(START, from * YEAR_DAYS), notAfter: days(START, until * YEAR_DAYS) },
      issue.keyUsage("digitalSignature"),
      issue.extKeyUsage(true, "1.3.6.1.5.5.7.3.8"),
    )
  }

  /** One look so late, with the lists of that day unless a test brought others; what it made is kept. Null = nothing was due. */
  async function lookAt(
    sides: TwoSides,
    requestId: string,
    at: Date,
    tsa: Holder,
    brought?: "lists brought",
  ) {
    const { edge } = sides
    if (brought === undefined) await newLists(sides, at)
    const clock = { now: () => at }
    const world = { ...edge.world, clock, timeStamps: new TestTsa(tsa, clock) }
    const { changes } = await decided(world, jobOf(await reportOf(sides, requestId)))
    await edge.ledger.commit(changes)
    if (changes.length === 0) return null
    const report = await reportOf(sides, requestId)
    const { place, level, version } = report.private.longTerm!
    const xml = await readWhole(edge.world.spool, place)
    const { archiveStamps } = readSignatureDocument(xml, undefined, MAX_KEPT_EVIDENCE)
    const { verdict } = judged(xml, report, sides, at)
    return { level, version, archives: archiveStamps.length, outcome: verdict.outcome, xml }
  }

  /** What counts of it. */
  const told = (made: Awaited<ReturnType<typeof lookAt>>) =>
    made && [made.level, made.version, made.archives, made.outcome]

  /** With its report, and all the evidence of the first days. */
  async function settled(): Promise<{ sides: TwoSides; requestId: string }> {
    const sides = await TwoSides.open({ agreement: { signatures: SIGNATURES } })
    const requestId = await reported(sides)
    const { tsa } = await certificates()
    assert.deepEqual(told(await lookAt(sides, requestId, days(START, 2), tsa)), ["X-L", 1, 0, "valid"])
    assert.equal(await lookAt(sides, requestId, days(START, 40), tsa), null, "and then it rests")
    return { sides, requestId }
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
      const { tsa } = await certificates()
      const ended = await lookAt(sides, requestId, days(START, 400), tsa)
      assert.deepEqual(told(ended), ["A", 2, 1, "valid"], "the signer's certificate ended")
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
      const job = jobOf(report)
      const same = await decided(world, job)
      assert.deepEqual(same.changes, [], "the same authority lasts no longer")
      const { agreement } = (await sides.edge.ledger.request(requestId))!
      assert.deepEqual(
        trustedFor,
        [agreement],
        "judged as the report itself: by the roles its agreement names",
      )
      const next = await authority(8, 20)
      const { changes, again } = await decided({ ...world, timeStamps: new TestTsa(next, clock) }, job)
      assert.equal(again?.at.getTime(), days(late, 30).getTime())
      await sides.edge.ledger.commit(changes)
      const kept = await reportOf(sides, requestId)
      assert.equal(kept.private.longTerm?.level, "A")
      assert.equal(kept.private.longTerm.version, 3)
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

  it("is stamped anew once the signer's certificate has ended, and once only", async () => {
    const { sides, requestId } = await settled()
    try {
      const { tsa } = await certificates()
      assert.equal(await lookAt(sides, requestId, days(START, 364), tsa), null)
      assert.deepEqual(told(await lookAt(sides, requestId, days(START, 370), tsa)), ["A", 2, 1, "valid"])
      assert.equal(await lookAt(sides, requestId, days(START, 500), tsa), null)
    } finally {
      sides.close()
    }
  })

  it("is stamped anew once the signer's certificate was revoked, though it was stamped before that", async () => {
    const { sides, requestId } = await settled()
    try {
      const { authorities, reader } = await certificates()
      const [brief, longer] = [await authority(0, 1.2), await authority(0, 12)]
      const revokedAt = days(START, 200)
      const revoked = async (at: Date, tsa: Holder) => {
        await newLists(sides, at)
        sides.trust.edge.lists.set("signature", list(authorities.signature, at, [reader], revokedAt))
        return told(await lookAt(sides, requestId, at, tsa, "lists brought"))
      }
      assert.equal(await lookAt(sides, requestId, days(START, 199), brief), null)
      const once = await revoked(days(START, 201), brief)
      assert.deepEqual(
        once,
        ["A", 2, 1, "valid"],
        "it was signed before; the one authority there is ends soon",
      )
      const again = await revoked(days(START, 202), longer)
      assert.deepEqual(again, ["A", 3, 2, "valid"], "by one that lasts longer")
      assert.equal(await revoked(days(START, 300), longer), null)
      assert.equal(
        await revoked(days(START, 400), longer),
        null,
        "its term would have ended, had it not before",
      )
    } finally {
      sides.close()
    }
  })

  it("is left as it is once its signer's key was stolen and nobody says since when: a person is told, and nothing tries hourly", async () => {
    const { sides, requestId } = await settled()
    try {
      const { authorities, reader, tsa } = await certificates()
      const { edge } = sides
      const at = days(START, 200)
      const serial = readCertificate(reader.chain[0]!).serial
      const stolen = [{ serial, revocationDate: at, reason: REASON.keyCompromise }]
      sides.trust.edge.lists.set(
        "signature",
        readCrl(authorities.signature.crl(at, days(at, YEAR_DAYS), stolen)),
      )
      const before = (await reportOf(sides, requestId)).private.longTerm
      let stamps = 0
      const clock = { now: () => days(at, 1) }
      const counted = new TestTsa(tsa, clock)
      const timeStamps = { stamp: (octets: Uint8Array) => (stamps++, counted.stamp(octets)) }
      const world = { ...edge.world, clock, timeStamps }
      const { changes, again, fault } = await decided(world, jobOf(await reportOf(sides, requestId)))
      assert.deepEqual([changes, stamps], [[], 1])
      assert.deepEqual(again, { at: days(at, 31), failureCode: "ERR_REPORT_DOUBTED" })
      assert.match(String(fault), /in doubt: revocation: .*reason 1; since when is not stated/)
      assert.deepEqual((await reportOf(sides, requestId)).private.longTerm, before)
    } finally {
      sides.close()
    }
  })

  it("is stamped anew before the years of a key end, by an authority whose own key has more of them", async () => {
    const { sides, requestId } = await settled()
    try {
      const { tsa } = await certificates()
      const ended = await lookAt(sides, requestId, days(START, 400), tsa)
      assert.deepEqual(told(ended), ["A", 2, 1, "valid"], "the signer's certificate ended")
      assert.equal(await lookAt(sides, requestId, new Date("2030-09-30T00:00:00Z"), tsa), null)
      const due = new Date("2030-11-01T00:00:00Z")
      assert.equal(await lookAt(sides, requestId, due, tsa), null, "RSA-2048 over RSA-2048 helps nobody")
      const stronger = await authority(4, 14)
      assert.deepEqual(told(await lookAt(sides, requestId, days(due, 30), stronger)), ["A", 3, 2, "valid"])
      assert.equal(await lookAt(sides, requestId, days(due, 60), stronger), null)
      assert.equal(await lookAt(sides, requestId, days(due, 400), stronger), null, "after 2030, too")
    } finally {
      sides.close()
    }
  })

  it("gets a time stamp of ours where none came with it, and goes on from there", async () => {
    const sides = await TwoSides.open({ agreement: { signatures: SIGNATURES } })
    try {
      sides.tsa.down = () => true
      const requestId = await reported(sides)
      const { tsa } = await certificates()
      const received = await reportOf(sides, requestId)
      assert.equal(received.stampedAt, null)
      const first = await lookAt(sides, requestId, days(START, 1), tsa)
      assert.deepEqual(told(first), ["X-L", 1, 0, "valid"])
      assert.equal(await lookAt(sides, requestId, days(START, 3), tsa), null)
      const kept = await reportOf(sides, requestId)
      assert.equal(kept.stampedAt, null, "what was received has none, and the reading centre owes it")
      assert.deepEqual(kept.private.documents, received.private.documents)
      sides.tsa.down = () => false
      await newLists(sides, sides.time.peek())
      await sides.settle(DAY_MS / 2)
      const followed = await reportOf(sides, requestId)
      assert.notEqual(followed.stampedAt, null, "and it is taken when it comes")
      assert.equal(followed.private.longTerm?.version, 1)
    } finally {
      sides.close()
    }
  })

  it("is made of one that came full of certificates, renewed again and again, and read by the offline verifier", async () => {
    const sides = await TwoSides.open({ agreement: { signatures: SIGNATURES } })
    try {
      const requestId = await reported(sides)
      await cameFull(sides, requestId)
      const { tsa } = await certificates()
      assert.deepEqual(told(await lookAt(sides, requestId, days(START, 2), tsa)), ["X-L", 1, 0, "valid"])
      for (const [turn, year] of [2, 4, 6, 8].entries()) {
        const next = await authority(year - 1, year + 2.5)
        const made = await lookAt(sides, requestId, days(START, year * YEAR_DAYS), next)
        assert.deepEqual(told(made), ["A", 2 + turn, 1 + turn, "valid"])
      }
      const { files, trust } = await packageAt(sides, "edge", requestId)
      const now = days(START, 9 * YEAR_DAYS)
      const { parts } = judgedEvidence(files, trust, now)
      const [report] = parts.filter(({ name }) => name === "report")
      assert.equal(report?.outcome, "valid", JSON.stringify(report?.tests, null, 1))
    } finally {
      sides.close()
    }
  })

  /** As if the reading centre had sent its signature with as many certificates as are taken. */
  async function cameFull(sides: TwoSides, requestId: string): Promise<void> {
    const { authorities } = await certificates()
    const { ledger, world } = sides.edge
    const report = await reportOf(sides, requestId)
    const received = await readWhole(world.spool, documentOf(report, "signature").place)
    const key = await newKey("p-256")
    const certificatesOf = Array.from({ length: MAX_EVIDENCE }, (_, n) =>
      authorities.seal.certify(key, issue.writeName(["CN", `Nobody ${n}`]), {
        notBefore: START,
        notAfter: days(START, 1),
      }),
    ).map(({ chain }) => readCertificate(chain[0]!))
    const full = withValues(received, { ...NOTHING, certificates: certificatesOf })
    const { verdict } = judged(full, report, sides, sides.time.peek())
    assert.equal(verdict.outcome, "valid", JSON.stringify(verdict.tests, null, 1))
    const segment = await world.spool.openSegment(report.slotId, "reserved")
    const what = { uniqueId: "2.25.1", SOPClassUID: "", mimeType: "text/xml" }
    const { place, facts } = await sealBytes(world, { StudyInstanceUID: "" }, what, full, segment)
    await segment.sync()
    await segment.close()
    const sha256 = Buffer.from(facts.sha256).toString("hex")
    const documents = report.private.documents.map((each) =>
      each.role === "signature" ? { ...each, place, sha256 } : each,
    )
    const record = { ...report, private: { ...report.private, documents } }
    await ledger.commit([{ put: "report", record }])
  }
})
