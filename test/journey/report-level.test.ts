/** Whose signature makes a report is agreed: a physician's under HPKI, a person's under another authority, or the centre's seal. */
import assert from "node:assert/strict"
import { days } from "../../gateway/commands/pki-authority.ts"
import type { AgreedReader, Agreement } from "../../gateway/journey/agreement.ts"
import type { Person } from "../../gateway/journey/ports/person.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { twelveTests } from "../../gateway/standards/dsg/twelve-tests.ts"
import { readIndex } from "../../gateway/standards/evidence/evidence-index.ts"
import { sha256Hex } from "../../gateway/standards/sha256.ts"
import { certificates, list } from "./certificates.ts"
import { packageAt } from "./evidence/packages.ts"
import {
  append,
  CITIZEN,
  CLERK,
  correctionOf,
  DRAFT,
  enter,
  READER,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

type Level = Agreement["reportSignature"]

describe("the level of a report's signature", function () {
  this.timeout(60_000)
  const open: TwoSides[] = []
  afterEach(() => open.splice(0).forEach((sides) => sides.close()))

  /** A study that waits to be read, under an agreement of this level at both sides. */
  async function waiting(reportSignature: Level, more: Partial<Agreement> = {}) {
    const sides = await TwoSides.open({ agreement: { reportSignature, ...more } })
    open.push(sides)
    const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    return { sides, requestId }
  }
  async function reportOf(level: Level, person: Person, more: Partial<Agreement> = {}) {
    const { sides, requestId } = await waiting(level, more)
    await writeAndSign(sides.center, requestId, DRAFT, person)
    await sides.settle()
    return { sides, requestId, home: await sides.edge.staff.request(CLERK, requestId) }
  }
  /** The reading centre thinks that something else was agreed. */
  async function centreOnly({ center }: TwoSides, reportSignature: Level): Promise<void> {
    center.agreements = center.agreements.map((each) => ({ ...each, reportSignature }))
    center.close()
    await center.open()
  }
  const failed = ({ signature }: StaffDetail): string[] =>
    (signature?.tests ?? []).filter(({ outcome }) => outcome === "fail").map(({ name }) => name)

  it("qualified-other: a certificate that states no qualification counts where that is agreed, and is told", async () => {
    const { home } = await reportOf("qualified-other", CITIZEN)
    assert.deepEqual(failed(home), [])
    assert.equal(home.signature?.outcome, "valid")
    assert.equal(home.signature.kind, "qualified")
    assert.equal(home.signature.role, "")
    assert.ok(home.signature.tests.some(({ name }) => name === "qualified-agreed"))
    const twelve = twelveTests(home.signature)
    assert.ok(
      twelve.every(({ outcome }) => outcome === "pass"),
      JSON.stringify(twelve),
    )
  })

  it("qualified-other: whoever has an HPKI card is not asked to sign with it, before a PIN is tried", async () => {
    const { sides, requestId } = await waiting("qualified-other")
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT, READER), {
      code: "ERR_SIGN_CERTIFICATE",
    })
  })

  it("hpki: the same certificate does not count, at the centre and at the hospital", async () => {
    const { sides, requestId } = await waiting("hpki")
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT, CITIZEN), {
      code: "ERR_SIGN_CERTIFICATE",
    })
    await centreOnly(sides, "qualified-other")
    await writeAndSign(sides.center, requestId, DRAFT, CITIZEN)
    await sides.settle()
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(home.signature?.outcome, "invalid")
    assert.ok(failed(home).includes("path"), failed(home).join())
  })

  it("seal+passkey: the centre's seal signs as who passes it on, nobody's key is asked for, and it is told", async () => {
    const { home, sides, requestId } = await reportOf("seal+passkey", { ...READER, login: "without-a-key" })
    assert.deepEqual(failed(home), [])
    assert.equal(home.signature?.outcome, "valid")
    assert.equal(home.signature.kind, "seal")
    assert.ok(home.signature.tests.some(({ name }) => name === "sealed-agreed"))
    assert.ok(twelveTests(home.signature).every(({ outcome }) => outcome === "pass"))
    const [report] = (await sides.center.ledger.submissionsOf({ requestId })).filter(
      ({ kind }) => kind === "report",
    )
    assert.equal(report?.private.principal?.authenticatedBy, "passkey")
    assert.equal(report.private.principal.certificateSubject, null)
  })

  it("seal+passkey: an addendum is sealed as one", async () => {
    const { sides, requestId } = await reportOf("seal+passkey", READER)
    await append(sides.center, requestId, "追記です")
    await sides.settle()
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      home.addenda.map(({ signature }) => signature?.outcome),
      ["valid"],
    )
  })

  it("seal+passkey: only readers whom the agreement names", async () => {
    const named = (name: string): { readonly readers: readonly AgreedReader[] } => ({
      readers: [{ name, spkiSha256: "0".repeat(64) }],
    })
    const { home } = await reportOf("seal+passkey", READER, named("他の 医師"))
    assert.deepEqual([home.signature?.outcome, failed(home)], ["invalid", ["reader-agreed"]])
    const agreed = await reportOf("seal+passkey", READER, named("放射　太郎"))
    assert.equal(agreed.home.signature?.outcome, "valid")
  })

  it("goes on to count by the level that was agreed when it came, also in its long-term copy; what comes later does not", async () => {
    const signatures = { level: "T", references: "manifest", keep: "long-term" } as const
    const { sides, requestId, home } = await reportOf("seal+passkey", READER, { signatures })
    const { edge, center, trust } = sides
    edge.agreements = edge.agreements.map((each) => ({ ...each, reportSignature: "hpki" }))
    edge.close()
    await edge.open()
    const again = await edge.staff.verification(CLERK, home.report!.reportId)
    assert.deepEqual([again.signature.outcome, again.signature.kind], ["valid", "seal"])
    await center.reading.amend(READER, requestId, await correctionOf(center, requestId, "誤記"))
    await writeAndSign(center, requestId, DRAFT)
    await sides.settle()
    const { authorities } = await certificates()
    for (const name of trust.edge.lists.keys())
      trust.edge.lists.set(name, list(authorities[name], days(sides.time.peek(), 1)))
    await sides.settle(2 * DAY_MS)
    const reports = await edge.ledger.reportsOfRequest(requestId)
    assert.deepEqual(
      reports.map(({ version, private: { signature, longTerm } }) => [
        version,
        signature?.outcome,
        longTerm?.level,
      ]),
      [
        [1, "valid", "X-L"],
        [2, "invalid", undefined],
      ],
    )
  })

  it("is exported with the root it was signed under, whatever level is agreed by then", async () => {
    const { sides, requestId } = await reportOf("hpki", READER)
    sides.edge.agreements = sides.edge.agreements.map((each) => ({
      ...each,
      reportSignature: "seal+passkey",
    }))
    sides.edge.close()
    await sides.edge.open()
    const { files, anchors } = await packageAt(sides, "edge", requestId)
    const { anchors: named } = readIndex(files[0]?.octets ?? new Uint8Array())
    const roots = anchors.hpki.map(({ encoded }) => sha256Hex(encoded))
    assert(named.some(({ use, sha256 }) => use === "hpki" && roots.includes(sha256)))
  })

  it("goes on to count when its reader has left, or the seal was changed since and its pin taken out", async () => {
    const readers = [{ name: "放射　太郎", spkiSha256: "0".repeat(64) }]
    const { sides, home } = await reportOf("seal+passkey", READER, { readers })
    const { edge } = sides
    edge.agreements = edge.agreements.map((each) => ({
      ...each,
      readers: [{ name: "他の 医師", spkiSha256: "0".repeat(64) }],
      sealPins: ["1".repeat(64)],
    }))
    edge.close()
    await edge.open()
    const { signature } = await edge.staff.verification(CLERK, home.report!.reportId)
    assert.deepEqual([signature.outcome, signature.kind], ["valid", "seal"])
  })

  it("hpki: a report that only a seal has signed is invalid, however good the seal", async () => {
    const { sides, requestId } = await waiting("hpki")
    await centreOnly(sides, "seal+passkey")
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle()
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(home.signature?.outcome, "invalid")
    assert.ok(failed(home).includes("path"), failed(home).join())
  })
})
