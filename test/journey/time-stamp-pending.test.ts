/** A report is signed while no time-stamp authority answers: it leaves at once, and its stamp follows. */
import assert from "node:assert/strict"
import type { SignatureForm } from "../../gateway/journey/agreement.ts"
import { plan } from "../../gateway/journey/assemble/release.ts"
import { AcceptanceError, TimeStampError } from "../../gateway/journey/errors.ts"
import { uuidOid } from "../../gateway/journey/ids.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import { due } from "../../gateway/journey/run.ts"
import { documentOf } from "../../gateway/journey/submit/report-documents.ts"
import { CONTENTS } from "../../gateway/journey/submit/submissions.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { EXC_C14N } from "../../gateway/standards/dsg/algorithms.ts"
import { lengthened } from "../../gateway/standards/dsg/long-term.ts"
import { readSignatureDocument } from "../../gateway/standards/dsg/signature-document.ts"
import { isStamped, timeStampInput, withTimeStamp } from "../../gateway/standards/dsg/time-stamp.ts"
import type { Gateway } from "./gateway.ts"
import { checkAttempts } from "./loop.ts"
import {
  acknowledge,
  CLERK,
  DRAFT,
  enter,
  READER,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const HOUR_MS = 60 * MINUTE_MS
const IMAGES = study("P1", 1)
const T: SignatureForm = { level: "T", references: "manifest" }

describe("a report that is signed while no time-stamp authority answers", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  async function toRead(signatures = T, urgency: "STAT" | "ROUTINE" = "ROUTINE"): Promise<void> {
    sides = await TwoSides.open({ agreement: { signatures } })
    requestId = await enter(sides.edge, requestFor("P1", "R1", { urgency }))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
  }
  afterEach(() => sides.close())

  const away = (isAway: boolean): void => {
    sides.tsa.down = () => isAway
  }
  const home = (): Promise<StaffDetail> => sides.edge.staff.request(CLERK, requestId)
  const reportAt = async ({ ledger }: Gateway): Promise<ReportRecord> =>
    (await ledger.reportsOfRequest(requestId))[0]!
  const signatureAt = async (side: Gateway): Promise<Uint8Array> =>
    readWhole(side.world.spool, documentOf(await reportAt(side), "signature").place)
  const stamps = async ({ ledger }: Gateway): Promise<readonly SubmissionRecord[]> =>
    (await ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "stamp")
  const statesOf = (all: readonly SubmissionRecord[]): string[] => all.map(({ state }) => state)

  /** Signed and sent without its stamp. */
  async function pending(signatures = T): Promise<void> {
    await toRead(signatures)
    away(true)
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle()
  }

  it("leaves at once, marked, and is read at the hospital", async () => {
    await pending()
    const shown = await home()
    assert.equal(shown.verdict, "valid-pending")
    assert.equal(shown.report?.impression, DRAFT.impression)
    assert.deepEqual([shown.signature?.timeStampedAt, shown.action], [null, "acknowledge"])
    const { signing } = await sides.center.reading.reading(READER, requestId)
    assert.deepEqual(signing?.steps.map(({ step, state }) => `${step} ${state}`).slice(3), [
      "time-stamp now",
      "sent done",
      "acknowledged todo",
    ])
    assert.deepEqual(await stamps(sides.center), [])
  })

  it("gets its stamp over the very signature, and nobody receives it a second time", async () => {
    await pending()
    await acknowledge(sides.edge, requestId)
    const [before, sent] = [await reportAt(sides.edge), await signatureAt(sides.edge)]
    away(false)
    await sides.settle(HOUR_MS)
    const shown = await home()
    assert.equal(shown.verdict, "valid", JSON.stringify(shown.signature?.tests))
    assert.deepEqual([shown.action, shown.versions.length], [null, 1])
    assert.notEqual(shown.acknowledgement, null)
    const [after, stamped] = [await reportAt(sides.edge), await signatureAt(sides.edge)]
    assert.equal(isStamped(sent), false)
    assert.equal(isStamped(stamped), true)
    const [one, other] = [readSignatureDocument(sent), readSignatureDocument(stamped)]
    assert.deepEqual(one.signatureValue, other.signatureValue)
    assert.deepEqual(await signatureAt(sides.center), stamped)
    for (const role of ["cda", "pdf"] as const)
      assert.deepEqual(documentOf(after, role), documentOf(before, role), "text and sheet are the same")
    assert.equal(after.acknowledgedAt, before.acknowledgedAt)
    const { signedAt, timeStampedAt } = shown.signature!
    assert(
      Date.parse(timeStampedAt!) > Date.parse(signedAt!),
      "stamped when it was stamped, not when it was signed",
    )
    assert.deepEqual(statesOf(await stamps(sides.center)), ["verified"])
    const told = async (side: Gateway, key: string): Promise<boolean> =>
      (await side.audited()).some((each) => each.key.startsWith(key))
    assert(await told(sides.center, `stamped/${(await reportAt(sides.center)).id}`))
    assert(await told(sides.edge, "stamp-taken/"))
    checkAttempts(sides)
  })

  it("is replaced in the registry's words: RPLC of the signature document alone, which signs what was sent", async () => {
    await pending()
    away(false)
    await sides.settle(HOUR_MS)
    const [record] = await stamps(sides.center)
    const report = await reportAt(sides.center)
    const sent = await sides.center.ledger.documents(report.submissionId!)
    const entryOf = (role: string): string => sent.find((each) => each.role === role)!.entryUUID
    const { submission } = record!.private
    assert.equal(submission?.documentEntries.length, 2, "the signature, and the seal")
    assert.deepEqual(
      submission.associations.map(({ type, target }) => [type, target]),
      [
        ["signs", entryOf("cda")],
        ["signs", entryOf("pdf")],
        ["RPLC", entryOf("signature")],
      ],
    )
  })

  it("is stamped when it is made, where an authority is back before it leaves", async () => {
    await toRead()
    away(true)
    await writeAndSign(sides.center, requestId, DRAFT)
    away(false)
    await sides.settle(HOUR_MS)
    assert.equal((await home()).verdict, "valid")
    assert.deepEqual(await stamps(sides.center), [], "nothing follows")
  })

  it("outlasts the end of the process, and more than a day", async () => {
    await pending()
    sides.center.close()
    await sides.center.open()
    sides.time.passTo(new Date(sides.time.peek().getTime() + DAY_MS + HOUR_MS))
    await sides.settle(MINUTE_MS)
    assert.equal((await home()).verdict, "valid-pending")
    sides.center.close()
    away(false)
    await sides.center.open()
    await sides.settle(HOUR_MS)
    assert.equal((await home()).verdict, "valid")
    assert.deepEqual(statesOf(await stamps(sides.center)), ["verified"])
  })

  it("is not signed past a wrong answer, which is no outage", async () => {
    await toRead()
    wrong()
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT), { code: "ERR_TIMESTAMP_INVALID" })
    assert.equal((await reportAt(sides.center)).status, "draft")
  })

  it("goes on waiting while an authority answers wrongly", async () => {
    await pending()
    const answer = wrong()
    await sides.settle(3 * HOUR_MS)
    assert.equal((await home()).verdict, "valid-pending")
    assert.deepEqual(await stamps(sides.center), [])
    answer()
    away(false)
    await sides.settle(3 * HOUR_MS)
    assert.equal((await home()).verdict, "valid")
  })

  it("may come after its stamp", async () => {
    await toRead()
    away(true)
    sides.line.fault = (kind) => (kind === "report" ? "late" : null)
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle()
    away(false)
    await sides.settle(HOUR_MS)
    assert.deepEqual(statesOf(await stamps(sides.edge)), ["accepted"])
    assert.equal((await home()).report, null)
    sides.line.fault = () => null
    await sides.line.late[0]!()
    await sides.settle(HOUR_MS)
    assert.equal((await home()).verdict, "valid")
    assert.deepEqual(statesOf(await stamps(sides.edge)), ["verified"])
  })

  it("is sent to a hospital of an older kind: it keeps what it has, and the reading centre is told", async () => {
    await pending()
    const door = sides.edge.door
    const begin = door.begin.bind(door)
    Object.assign(door, {
      begin: (...call: Parameters<typeof begin>) =>
        call[1].submissionSet.contentTypeCode?.code === "stamp"
          ? Promise.reject(
              new AcceptanceError(
                "ERR_NOT_AGREED",
                "XDSRepositoryError",
                "contentTypeCode is outside the agreement",
              ),
            )
          : begin(...call),
    })
    away(false)
    await sides.settle(HOUR_MS)
    assert.equal((await home()).verdict, "valid-pending")
    assert.deepEqual(statesOf(await stamps(sides.center)), ["failed"])
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      item?.notices.map(({ code }) => code),
      ["not-sent"],
    )
    assert.equal(isStamped(await signatureAt(sides.center)), true, "our own copy has it")
  })

  it("X-L: keeps the stamp it got where none answers for the second, and waits for nothing", async () => {
    await toRead({ level: "X-L", references: "manifest" })
    const second = sides.tsa.uses + 2
    sides.tsa.down = (use) => use === second
    await writeAndSign(sides.center, requestId, DRAFT)
    await sides.settle(HOUR_MS)
    assert.equal(sides.tsa.unanswered, 1)
    assert.equal((await home()).signature?.outcome, "valid")
    const xml = Buffer.from(await signatureAt(sides.edge)).toString()
    assert.deepEqual(
      ["SignatureTimeStamp", "SigAndRefsTimeStamp"].map((each) => xml.includes(`<xades:${each}`)),
      [true, false],
    )
    assert.deepEqual(await stamps(sides.center), [])
  })

  it("X-L: gets its evidence with its stamp", async () => {
    await pending({ level: "X-L", references: "manifest" })
    away(false)
    await sides.settle(HOUR_MS)
    assert.equal((await home()).verdict, "valid")
    const xml = Buffer.from(await signatureAt(sides.edge)).toString()
    for (const property of ["SignatureTimeStamp", "SigAndRefsTimeStamp", "RevocationValues"])
      assert(xml.includes(`<xades:${property}`), property)
  })

  it("may be replaced once more, with evidence on top of the stamp", async () => {
    await pending()
    away(false)
    await sides.settle(HOUR_MS)
    const stamped = await signatureAt(sides.edge)
    const { world } = sides.center
    const long = await lengthened(stamped, world.trust.report(), world.clock.now(), EXC_C14N, (octets) =>
      world.timeStamps.stamp(octets),
    )
    await sendOnceMore(long!)
    assert.deepEqual(statesOf(await stamps(sides.edge)), ["verified", "verified"])
    assert.deepEqual(Buffer.from(await signatureAt(sides.edge)), Buffer.from(long!))
    assert.equal((await home()).verdict, "valid")
  })

  it("is never exchanged for a later stamp, for another signature, or for none", async () => {
    await pending()
    const bare = await signatureAt(sides.edge)
    away(false)
    await sides.settle(HOUR_MS)
    const { world } = sides.center
    const stamped = await signatureAt(sides.edge)
    const later = withTimeStamp(bare, await world.timeStamps.stamp(timeStampInput(bare)))
    for (const xml of [later, await sealOf(), bare]) {
      await sendOnceMore(xml)
      const last = (await stamps(sides.edge)).at(-1)
      assert.deepEqual([last?.state, last?.failureCode], ["failed", "ERR_REPORT_VERSION"])
      assert.deepEqual(await signatureAt(sides.edge), stamped)
    }
    assert.deepEqual(statesOf(await stamps(sides.center)).slice(1), ["failed", "failed", "failed"])
    assert.equal((await home()).verdict, "valid")
  })

  it("with a stamp of an authority the hospital does not believe stays as it came", async () => {
    await pending()
    const store = sides.trust.edge
    const trust = {
      seal: store.seal.bind(store),
      want: store.want.bind(store),
      report: () => ({ ...store.report(), timeStamp: { ...store.report().timeStamp, anchors: [] } }),
    }
    Object.defineProperty(sides.edge.world, "trust", { value: trust, configurable: true })
    away(false)
    await sides.settle(HOUR_MS)
    assert.deepEqual(statesOf(await stamps(sides.edge)), ["failed"])
    assert.equal((await home()).signature?.outcome, "valid-pending")
    assert.equal(isStamped(await signatureAt(sides.edge)), false)
  })

  /** A signature document of this submission's report that is not the report's. */
  async function sealOf(): Promise<Uint8Array> {
    const { submissionId } = await reportAt(sides.center)
    const documents = await sides.center.ledger.documents(submissionId!)
    const seal = documents.find(({ role }) => role === "set-signature")!
    return readWhole(sides.center.world.spool, seal.place)
  }

  /** In the place of what was sent last. */
  async function sendOnceMore(xml: Uint8Array): Promise<void> {
    const { center } = sides
    const [first] = await stamps(center)
    const sent = await center.ledger.documents(first!.id)
    const before = sent.find(({ role }) => role === "signature")!
    const uniqueId = uuidOid(center.world.chance)
    center.contents = {
      ...CONTENTS,
      stamp: async (...call) => {
        const made = await CONTENTS.stamp(...call)
        if (!("contents" in made)) return made
        const [content] = made.contents
        return {
          ...made,
          contents: [{ ...content!, uniqueId, body: { bytes: xml } }],
          replaces: [{ uniqueId, entryUUID: before.entryUUID }],
        }
      },
    }
    const { agreement, slotId, studyId, reportId } = first!
    const again = {
      ...plan(center.world, { kind: "stamp", agreement, slotId }),
      studyId,
      requestId,
      reportId,
    }
    await center.ledger.commit([
      { put: "submission", record: again },
      due("package", again.id, center.world.clock.now()),
    ])
    await sides.settle(HOUR_MS)
  }

  /** Every answer does not check; gives what puts it right. */
  function wrong(): () => void {
    const { tsa } = sides
    const stamp = tsa.stamp.bind(tsa)
    const answer = () => Promise.reject(new TimeStampError("ERR_TIMESTAMP_INVALID", "by order of the test"))
    Object.assign(tsa, { stamp: answer })
    return () => Object.assign(tsa, { stamp })
  }
})
