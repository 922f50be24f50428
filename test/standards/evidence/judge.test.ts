import assert from "node:assert/strict"
import {
  judgedEvidence,
  unreadable,
  type EvidenceVerdict,
} from "../../../gateway/standards/evidence/judge.ts"
import { signatureTrust } from "../../../gateway/standards/evidence/trust.ts"
import { readZip, type ZipFile } from "../../../gateway/standards/zip/stored-zip.ts"
import { signReceipt } from "../../../gateway/journey/submit/sign.ts"
import { brokenPackages, indexOf, repacked } from "../../journey/evidence/broken.ts"
import {
  exported,
  exportedAtLevel,
  exportedByReviewer,
  exportedUnderForeignPolicy,
  packageAt,
  reported,
  type MadePackage,
} from "../../journey/evidence/packages.ts"
import { certificates } from "../../journey/certificates.ts"
import { TwoSides } from "../../journey/world.ts"

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

/** `report/digest`, for each test that came out so. */
const named = ({ parts }: EvidenceVerdict, outcome: string): string[] =>
  parts.flatMap((part) =>
    part.tests.filter((test) => test.outcome === outcome).map((test) => `${part.name}/${test.name}`),
  )

describe("an evidence package", function () {
  this.timeout(60_000)
  let made: MadePackage
  before(async () => {
    made = await exported()
  })
  const judged = (files: readonly ZipFile[], now = made.at, trust = made.trust) =>
    judgedEvidence(files, trust, now)

  it("is valid with every test passed", () => {
    const verdict = judged(made.files)
    assert.deepEqual([...named(verdict, "fail"), ...named(verdict, "unknown")], [])
    assert.equal(verdict.outcome, "valid")
    const counts = Object.groupBy(verdict.parts, ({ name }) => name)
    assert.deepEqual(
      Object.entries(counts).map(([name, parts]) => [name, parts.length]),
      [
        ["package", 1],
        ["report", 2],
        ["lineage", 1],
        ["submission", 5],
        ["images", 1],
        ["receipt", 3],
        ["acknowledgement", 2],
      ],
    )
  })

  it("gives the reports out as they were verified, octet by octet", () => {
    const { reports } = judged(made.files)
    assert.deepEqual(
      reports.map(({ content, verdict }) => [content.status, verdict.kind, verdict.outcome]),
      [
        ["final", "hpki", "valid"],
        ["appended", "hpki", "valid"],
      ],
    )
    const pdf = made.files.find(({ path }) => path === "report-1/report.pdf")!.octets
    assert.equal(Buffer.compare(reports[0]!.pdf, pdf), 0)
  })

  it("is valid while the time stamp's authority lasts, when all else is over, if a list came after the signature", async () => {
    const late = await exported({ listsAfter: true })
    const verdict = judged(late.files, new Date(late.at.getTime() + 9 * YEAR_MS), late.trust)
    assert.deepEqual(named(verdict, "fail"), [])
    assert.equal(verdict.outcome, "valid")
    const tooLate = judged(late.files, new Date(late.at.getTime() + 11 * YEAR_MS), late.trust)
    assert.equal(tooLate.outcome, "indeterminate", "nobody stamped it anew")
    assert.deepEqual(named(tooLate, "fail"), [])
  })

  it("cannot be judged by lists that are overdue and older than the signature", () => {
    const verdict = judged(made.files, new Date(made.at.getTime() + 10 * YEAR_MS))
    assert.equal(verdict.outcome, "indeterminate")
    assert.deepEqual(named(verdict, "fail"), [])
    assert.deepEqual(verdict.reports, [])
  })

  it("does not vouch for itself: without anchors nothing is valid, and nothing is shown", () => {
    const verdict = judged(made.files, made.at, {
      allowTestPolicies: true,
      anchors: { hpki: [], seal: [], tsa: [] },
    })
    assert.equal(verdict.outcome, "indeterminate")
    assert.deepEqual(named(verdict, "fail"), [])
    assert.deepEqual(verdict.reports, [])
    const without = new Set(named(verdict, "unknown"))
    for (const name of ["report/path", "report/time-stamp-path", "submission/path", "receipt/path"])
      assert.ok(without.has(name), name)
  })

  it("is invalid under somebody else's anchors", () => {
    const { hpki, seal, tsa } = made.anchors
    const verdict = judged(made.files, made.at, {
      allowTestPolicies: true,
      anchors: { hpki: seal, seal: hpki, tsa },
    })
    assert.equal(verdict.outcome, "invalid")
    assert.ok(named(verdict, "fail").includes("report/path"))
    assert.deepEqual(verdict.reports, [])
  })

  it("is invalid by a card made for tests, unless these are wanted", () => {
    const verdict = judged(made.files, made.at, { ...made.trust, allowTestPolicies: false })
    assert.ok(named(verdict, "fail").includes("report/policy"))
    assert.equal(verdict.outcome, "invalid")
  })

  it("is left open under a policy that only its two facilities know of", async () => {
    const { files, at, trust } = await exportedUnderForeignPolicy()
    const verdict = judged(files, at, trust)
    assert.deepEqual(
      [named(verdict, "fail"), named(verdict, "unknown")],
      [[], ["report/policy", "images/same-study"]],
    )
    assert.equal(verdict.outcome, "indeterminate")
    assert.deepEqual(verdict.reports, [], "and not shown as one that holds")
  })

  it("is left open where nobody signed in person: what two facilities agreed upon nobody else knows", async () => {
    const { files, at, trust } = await exportedAtLevel("seal+passkey")
    const verdict = judged(files, at, trust)
    assert.deepEqual(
      [named(verdict, "fail"), named(verdict, "unknown")],
      [[], ["report/sealed-agreed", "images/same-study"]],
    )
    assert.deepEqual([verdict.outcome, verdict.reports], ["indeterminate", []])
  })

  it("is judged by whoever signed it, not by what the signature says of itself", async () => {
    const { files, at, trust } = await exportedByReviewer()
    const verdict = judged(files, at, trust)
    assert.deepEqual(named(verdict, "fail"), [])
    assert.deepEqual(
      verdict.reports.map(({ verdict: { kind, outcome } }) => [kind, outcome]),
      [["hpki", "valid"]],
    )
    const strangers = judged(files, at, { ...trust, anchors: { ...trust.anchors, hpki: [], seal: [] } })
    const [report] = strangers.parts.filter(({ name }) => name === "report")
    assert.ok(
      report?.tests.every(({ name }) => name !== "sealed-agreed"),
      "nor for want of anchors",
    )
  })

  it("is left open by a certificate of another authority, once somebody brings its root", async () => {
    const { files, at, trust } = await exportedAtLevel("qualified-other")
    assert.equal(judged(files, at, trust).outcome, "invalid", "its root is no root of HPKI's")
    const { qualified } = (await certificates()).anchors
    const believing = { ...trust, anchors: { ...trust.anchors, hpki: qualified } }
    const verdict = judged(files, at, believing)
    assert.deepEqual(named(verdict, "unknown").toSorted(), [
      "images/same-study",
      "report/hc-role",
      "report/policy",
    ])
    assert.equal(verdict.outcome, "indeterminate", named(verdict, "fail").join())
  })

  it("is judged by the roles and keys any two facilities may have agreed upon", () => {
    const trust = signatureTrust(made.trust, { certificates: [], crls: [], ocsp: [] }, "hpki")
    assert.ok(trust.kind === "hpki")
    assert.deepEqual(trust.rules.roles, ["Medical Doctor", "Dentist"])
    assert.equal(trust.rules.loginBySigningKey, "told")
  })

  it("is not believed before it was made", () => {
    const verdict = judged(made.files, new Date(made.at.getTime() - YEAR_MS))
    assert.equal(verdict.outcome, "invalid")
    assert.ok(named(verdict, "fail").includes("report/time-stamp-time"))
  })

  it("says nothing of the patient that the report does not say", () => {
    for (const { path, octets } of made.files) {
      if (/report\.(xml|pdf)$|manifest/.test(path)) continue
      const text = Buffer.from(octets).toString("utf8")
      for (const word of ["山田", "Yamada", "やまだ", "脳梗塞", "00-0012345"])
        assert.ok(!text.includes(word), `${path}: ${word}`)
    }
    assert.match(made.fileName, /^dokuei-evidence-\d{8}-[0-9a-f]{8}\.zip$/)
  })

  it("holds no receipt that the sender wrote of their own submission", async () => {
    const sides = await TwoSides.open()
    try {
      const requestId = await reported(sides)
      const { files, at, trust } = await packageAt(sides, "edge", requestId)
      const seal = indexOf(files).files.find(({ path }) => path === "images-1/seal.xml")!
      const closing = {
        uniqueId: seal.uniqueId,
        sha256: Buffer.from(seal.sha256, "hex"),
        mimeType: "text/xml",
      }
      const { world } = sides.edge
      const own = await signReceipt(world, world.agreements[0]!, closing)
      const forged = files.map((file) =>
        file.path === "receipts/receipt-1.xml" ? { ...file, octets: own } : file,
      )
      const told = named(judged(readZip(repacked(forged)), at, trust), "fail")
      assert.deepEqual(told, ["receipt/proof-of-receipt"], "it is a good signature, of the wrong one")
    } finally {
      sides.close()
    }
  })

  it("names anchors by their digests alone", () => {
    const verdict = judged(made.files)
    assert.deepEqual(verdict.opened!.index.anchors.map(({ use }) => use).sort(), ["hpki", "seal", "tsa"])
    const roots = verdict.opened!.certificates.filter((each) =>
      made.anchors.hpki.some((anchor) => Buffer.compare(anchor.encoded, each.encoded) === 0),
    )
    assert.equal(roots.length, 1, "the root is there to be compared, and believed by nobody")
  })

  it("is found out, whatever is done to it", () => {
    for (const { name, zip, outcome, because } of brokenPackages(made.files)) {
      const verdict = judgedZip(zip)
      assert.equal(verdict.outcome, outcome, name)
      const told = new Set([...named(verdict, "fail"), ...named(verdict, "unknown")])
      assert.ok(told.has(because), `${name}: ${[...told].join(" ")}`)
    }
  })

  function judgedZip(zip: Buffer): EvidenceVerdict {
    try {
      return judged(readZip(zip))
    } catch (problem) {
      const part = unreadable(problem)
      return { outcome: part.outcome, checkedAt: "", parts: [part], reports: [], opened: null }
    }
  }
})
