/** Evidence of a report that left without its time stamp: what the package says before the stamp is here, after it, and in ten years. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { days } from "../../../gateway/commands/pki-authority.ts"
import type { SignatureForm } from "../../../gateway/journey/agreement.ts"
import { MIME } from "../../../gateway/journey/codes.ts"
import { AcceptanceError } from "../../../gateway/journey/errors.ts"
import { signReceipt } from "../../../gateway/journey/submit/sign.ts"
import { INDEX_PATH, writeIndex } from "../../../gateway/standards/evidence/evidence-index.ts"
import { judgedEvidence, type EvidenceVerdict } from "../../../gateway/standards/evidence/judge.ts"
import { readZip, type ZipFile } from "../../../gateway/standards/zip/stored-zip.ts"
import { certificates, list } from "../certificates.ts"
import { acknowledge, DRAFT, enter, requestFor, storeAll, study, writeAndSign } from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides, type WorldOptions } from "../world.ts"
import { changed, indexOf, repacked } from "./broken.ts"
import { packageAt, type MadePackage } from "./packages.ts"

const HOUR_MS = 60 * MINUTE_MS
const T: SignatureForm = { level: "T", references: "manifest" }
const YEAR_DAYS = 365

describe("an evidence package of a report whose time stamp follows", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  const away = (isAway: boolean): void => {
    sides.tsa.down = () => isAway
  }

  /** Signed, sent and received while nobody answers; `from` when nobody does. */
  async function pending(from: "images" | "report", options: WorldOptions = {}): Promise<void> {
    sides = await TwoSides.open({ agreement: { signatures: T }, ...options })
    const urgency = from === "images" ? "STAT" : "ROUTINE"
    requestId = await enter(sides.edge, requestFor("P1", "R1", { urgency }))
    away(from === "images")
    await storeAll(sides.edge, study("P1", 3))
    await sides.settle()
    away(true)
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle()
  }

  async function stamped(): Promise<void> {
    away(false)
    await sides.settle(3 * HOUR_MS)
    await acknowledge(sides.edge, requestId)
    await sides.settle(HOUR_MS)
  }

  async function newLists(at = sides.time.peek()): Promise<void> {
    const { authorities } = await certificates()
    for (const side of ["edge", "center"] as const)
      for (const name of sides.trust[side].lists.keys())
        sides.trust[side].lists.set(name, list(authorities[name], at))
  }

  const made = (side: "edge" | "center" = "edge"): Promise<MadePackage> => packageAt(sides, side, requestId)
  const judged = (
    { trust, at, files: own }: MadePackage,
    files: readonly ZipFile[] = own,
    now = at,
  ): EvidenceVerdict => judgedEvidence(files, trust, now)
  const told = ({ parts }: EvidenceVerdict, outcome: "fail" | "unknown" | "pass"): string[] =>
    parts.flatMap(({ name, tests }) =>
      tests.filter((test) => test.outcome === outcome).map((test) => `${name}/${test.name}`),
    )
  const isValid = (verdict: EvidenceVerdict, why = ""): void => {
    assert.deepEqual([...told(verdict, "fail"), ...told(verdict, "unknown")], [], why)
    assert.equal(verdict.outcome, "valid", why)
  }

  describe("there and back", () => {
    const early: Partial<Record<"edge" | "center", MadePackage>> = {}
    const whole: Partial<Record<"edge" | "center", MadePackage>> = {}
    before(async () => {
      await pending("report")
      for (const side of ["edge", "center"] as const) early[side] = await made(side)
      await stamped()
      for (const side of ["edge", "center"] as const) whole[side] = await made(side)
    })
    after(() => sides.close())

    it("cannot be confirmed before the stamp is here, and says that this is what is missing", () => {
      for (const side of ["edge", "center"] as const) {
        const verdict = judged(early[side]!)
        assert.equal(verdict.outcome, "indeterminate", side)
        assert.deepEqual(told(verdict, "fail"), [])
        assert.ok(told(verdict, "unknown").includes("report/time-stamp"), side)
        assert.deepEqual(verdict.reports, [])
      }
    })

    it("is valid with the stamp that followed", () => {
      for (const side of ["edge", "center"] as const) {
        const kinds = indexOf(whole[side]!.files).submissions.map(({ kind }) => kind)
        assert.deepEqual(kinds, ["report", "stamp", "study", "acknowledgement"])
        const verdict = judged(whole[side]!)
        isValid(verdict, side)
        const [report] = verdict.reports
        assert.ok(Date.parse(report!.verdict.timeStampedAt!) > Date.parse(report!.verdict.signedAt!))
      }
    })

    it("counts the seal without a stamp as of the recipient's receipt, by its time stamp and no earlier", () => {
      const { parts } = judged(whole.edge!)
      const bound = parts.flatMap(({ name, about, tests }) =>
        tests.filter((test) => test.name === "bound-in-time").map(({ detail }) => ({ name, about, detail })),
      )
      assert.equal(bound.length, 1, "of the report's seal alone")
      const [first] = indexOf(whole.edge!.files).submissions
      assert.deepEqual([bound[0]!.name, bound[0]!.about], ["submission", first!.submissionSetUniqueId])
      const times = parts
        .filter(({ name }) => name === "receipt")
        .map(({ verdict }) => verdict!.timeStampedAt)
      assert.ok(times.includes(bound[0]!.detail))
      const seal = parts.find(({ about }) => about === first!.submissionSetUniqueId)
      assert.equal(seal?.verdict?.timeStampedAt, null, "nobody says when it was made")
    })

    it("is found out, whatever is done to stamp, copy and receipts", async () => {
      const good = whole.edge!
      const { files } = good
      const octets = (path: string): Uint8Array => files.find((each) => each.path === path)!.octets
      const [stamp, seal] = ["time-stamp-1/signature.xml", "report-1/seal.xml"]
      const withoutStamp = files
        .filter(({ path }) => !path.startsWith("time-stamp-1/"))
        .map((file) => (file.path === INDEX_PATH ? withoutKind(files, "stamp") : file))
      const own = await ownReceipt(octets(seal), uniqueIdOf(files, seal))
      const noReceipts = files.filter(({ path }) => !path.startsWith("receipts/"))
      const cases: readonly [string, readonly ZipFile[], EvidenceVerdict["outcome"], string][] = [
        [
          "another signature in its place",
          changed(files, stamp, () => octets(seal)),
          "invalid",
          "lineage/same-signature",
        ],
        [
          "no stamp in its place",
          changed(files, stamp, () => octets("report-1/signature.xml")),
          "invalid",
          "submission/digest",
        ],
        [
          "a stamp over something else",
          changed(files, stamp, () => strangeStamp(octets)),
          "invalid",
          "report/time-stamp-imprint",
        ],
        ["left out, and its receipt not", withoutStamp, "indeterminate", "report/time-stamp"],
        ["left out, and its receipt not", withoutStamp, "indeterminate", "receipt/exact-set"],
        ["no receipt binds the seal", noReceipts, "indeterminate", "submission/time-stamp"],
        [
          "a receipt by whoever sealed it",
          files.map((file) => (isOver(file, uniqueIdOf(files, seal)) ? { ...file, octets: own } : file)),
          "invalid",
          "submission/time-stamp",
        ],
        [
          "a receipt over another seal",
          changed(files, seal, () => octets("images-1/seal.xml")),
          "invalid",
          "receipt/digest",
        ],
      ]
      for (const [name, broken, outcome, because] of cases) {
        const verdict = judged(good, readZip(repacked(broken)))
        const all = [...told(verdict, "fail"), ...told(verdict, "unknown")]
        assert.ok(all.includes(because), `${name}: ${all.join(" ")}`)
        assert.equal(verdict.outcome, outcome, name)
      }
    })
  })

  describe("in other ways", () => {
    afterEach(() => sides.close())

    it("is valid of a study in units that left without a stamp as well: one receipt binds the seals below it", async () => {
      await pending("images", { unitBytes: 1 })
      await stamped()
      const verdict = judged(await made())
      isValid(verdict)
      const kinds = indexOf((await made()).files).submissions.map(({ kind }) => kind)
      assert.ok(kinds.includes("unit"), kinds.join())
      const bound = told(verdict, "pass").filter((name) => name.endsWith("/bound-in-time"))
      assert.ok(bound.includes("images/bound-in-time") && bound.length > 3, bound.join())
    })

    it("holds the stamped signature of the reading centre that the hospital has not taken", async () => {
      await pending("report")
      const { door } = sides.edge
      const begin = door.begin.bind(door)
      const refusal = new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryError", "of an older kind")
      const refusing = (...call: Parameters<typeof begin>) =>
        call[1].submissionSet.contentTypeCode?.code === "stamp" ? Promise.reject(refusal) : begin(...call)
      Object.assign(door, { begin: refusing })
      away(false)
      await sides.settle(3 * HOUR_MS)
      const here = await made("center")
      assert.ok(here.files.some(({ path }) => path === "report-1/signature-kept.xml"))
      isValid(judged(here))
      const there = judged(await made("edge"))
      assert.deepEqual([there.outcome, told(there, "fail")], ["indeterminate", []])
    })

    it("is judged in ten years and more by the hospital's long-term copy", async () => {
      await pending("report", { agreement: { signatures: { ...T, keep: "long-term" } } })
      away(false)
      await sides.settle(HOUR_MS)
      for (const pass of [1.1, 1.1]) {
        await newLists()
        await sides.settle(pass * DAY_MS)
      }
      await newLists()
      const late = await made()
      const copy = late.files.find(({ path }) => path === "report-1/signature-kept.xml")
      assert.ok(copy !== undefined)
      for (const at of [late.at, days(late.at, 9.5 * YEAR_DAYS)]) {
        const verdict = judged(late, late.files, at)
        // The images have gone with their term meanwhile: which they were cannot be confirmed, and nothing is wrong for that.
        assert.deepEqual(told(verdict, "fail"), [])
        assert.deepEqual(told(verdict, "unknown"), ["images/manifest", "receipt/exact-set"])
        isValid(onlyReport(verdict))
      }
      const bare = repacked(late.files.filter(({ path }) => !path.startsWith("crls/")))
      isValid(onlyReport(judged(late, readZip(bare), days(late.at, 9.5 * YEAR_DAYS))), "by itself")
      const without = repacked(
        late.files.filter(({ path }) => !path.startsWith("crls/") && path !== copy.path),
      )
      const verdict = judged(late, readZip(without), days(late.at, 9.5 * YEAR_DAYS))
      assert.ok(told(verdict, "unknown").includes("report/revocation"))
    })
  })

  const isOver = ({ path, octets }: ZipFile, uniqueId: string): boolean =>
    path.startsWith("receipts/") && Buffer.from(octets).includes(uniqueId)

  const uniqueIdOf = (files: readonly ZipFile[], path: string): string =>
    indexOf(files).files.find((each) => each.path === path)!.uniqueId

  const withoutKind = (files: readonly ZipFile[], kind: string): ZipFile => {
    const index = indexOf(files)
    const submissions = index.submissions.filter((each) => each.kind !== kind)
    return { path: INDEX_PATH, octets: writeIndex({ ...index, submissions }) }
  }

  /** The time stamp of the seal of the images, in the stamped signature. */
  function strangeStamp(octets: (path: string) => Uint8Array): Uint8Array {
    const token = /<xades:EncapsulatedTimeStamp[^>]*>[^<]*/
    const other = token.exec(Buffer.from(octets("images-1/seal.xml")).toString())![0]
    return Buffer.from(Buffer.from(octets("time-stamp-1/signature.xml")).toString().replace(token, other))
  }

  /** The reading centre, over its own seal. */
  async function ownReceipt(seal: Uint8Array, uniqueId: string): Promise<Uint8Array> {
    const { world } = sides.center
    const sha256 = createHash("sha256").update(seal).digest()
    return signReceipt(world, world.agreements[0]!, { uniqueId, sha256, mimeType: MIME.xml })
  }

  function onlyReport(verdict: EvidenceVerdict): EvidenceVerdict {
    const parts = verdict.parts.filter(({ name }) => name === "report" || name === "lineage")
    return {
      ...verdict,
      parts,
      outcome: parts.every(({ outcome }) => outcome === "valid") ? "valid" : "invalid",
    }
  }
})
