import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { PIN } from "./certificates.ts"
import { DRAFT, enter, READER, requestFor, storeAll, study } from "./people.ts"
import { TwoSides } from "./world.ts"

describe("signing a report", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open()
    requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await sides.center.reading.start(READER, requestId)
  })
  afterEach(() => sides.close())

  it("freezes the version the reader has seen, and no other", async () => {
    const { reading } = sides.center
    const seen = await reading.saveDraft(READER, requestId, DRAFT, 1)
    const elsewhere = { ...DRAFT, impression: "別の端末で書いた所見" }
    const { draftVersion } = await reading.saveDraft(READER, requestId, elsewhere, seen.draftVersion)
    await assert.rejects(reading.prepare(READER, requestId, seen.draftVersion), { code: "ERR_REPORT_STATE" })
    assert.equal(
      (await reading.prepare(READER, requestId, draftVersion)).draft.impression,
      elsewhere.impression,
    )
  })

  it("is refused before the PIN when the agreement names other readers: the hospital would not believe it", async () => {
    const [agreement] = sides.center.agreements
    const readers = [{ name: "別の 医師", spkiSha256: "0".repeat(64) }]
    sides.center.agreements = [{ ...agreement!, readers }]
    sides.center.close()
    await sides.center.open()
    const { reading } = sides.center
    const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, 1)
    const { prepareId } = await reading.prepare(READER, requestId, draftVersion)
    await assert.rejects(reading.sign(READER, prepareId, "wrong", new Uint8Array(1)), {
      code: "ERR_SIGN_CERTIFICATE",
      message: /^signer-agreed: /,
    })
  })

  it("keeps what the passkey answered beside what it was asked, sealed with the report", async () => {
    const { reading, ledger } = sides.center
    const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, 1)
    const { prepareId, intent } = await reading.prepare(READER, requestId, draftVersion)
    const assertion = new TextEncoder().encode('{"id":"credential","response":{"signature":"…"}}')
    const { reportId } = await reading.sign(READER, prepareId, PIN, assertion)
    const kept = (await ledger.report(reportId))!.private
    assert.deepEqual(Buffer.from(kept.assertion, "base64"), Buffer.from(assertion))
    assert.deepEqual(Buffer.from(kept.intent, "base64"), Buffer.from(intent))
    const told = (await sides.center.audited()).find(({ event }) => event.event === "signed")
    const digest = createHash("sha256").update(assertion).digest("hex")
    assert.ok(told?.event.description?.includes(digest), "the trail binds it")
    assert.doesNotMatch(told?.event.description ?? "", /on device/)
  })

  it("tells the trail on which registered device the reader looked, and whether its display was checked", async () => {
    const { reading } = sides.center
    const device = { id: "4f".repeat(16), label: "読影室タブレット 1", qualifiedUntil: "2027-03-31" }
    const reader = { ...READER, device }
    const { draftVersion } = await reading.saveDraft(reader, requestId, DRAFT, 1)
    const { prepareId } = await reading.prepare(reader, requestId, draftVersion)
    await reading.sign(reader, prepareId, PIN, new Uint8Array(1))
    const told = (await sides.center.audited()).find(({ event }) => event.event === "signed")
    assert.match(
      told?.event.description ?? "",
      /on device "読影室タブレット 1" \((4f){16}\), its display checked until 2027-03-31$/,
    )
  })
})
