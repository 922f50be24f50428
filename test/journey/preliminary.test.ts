/** What a reader lets go of before the report is signed: at the hospital it is what it is, and the report takes its place. */
import assert from "node:assert/strict"
import { RemoteKeys } from "../../gateway/actors/signing-service/signing-service.ts"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import type { PreliminaryState, ReportDraft } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { waitingSince } from "../../gateway/journey/notify/waiting.ts"
import { readSignedReport } from "../../gateway/standards/cda/read-imaging-report.ts"
import type { ImagingReport } from "../../gateway/standards/cda/report-content.ts"
import { writeImagingReport } from "../../gateway/standards/cda/imaging-report.ts"
import { due } from "../../gateway/journey/run.ts"
import { CONTENTS } from "../../gateway/journey/submit/submissions.ts"
import type { ContentsOf } from "../../gateway/journey/submit/package.ts"
import { randomBytes } from "node:crypto"
import { CLIENT, CscService, REMOTE_PIN } from "../peers/csc-service.ts"
import { certificates, PIN } from "./certificates.ts"
import { describeLong } from "../long.ts"
import { Fuse } from "./fuse.ts"
import type { Gateway } from "./gateway.ts"
import { checkAttempts, checkSpools } from "./loop.ts"
import {
  acknowledge,
  append,
  CLERK,
  correctionOf,
  DRAFT,
  enter,
  insist,
  READER,
  report,
  requestFor,
  row,
  storeAll,
  study,
  writeAndSign,
} from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const HOUR_MS = 60 * MINUTE_MS
/** Of the operations every so manyth goes wrong. */
const STRIDE = 5
const ASSERTION = new TextEncoder().encode('{"id":"credential"}')
const IMAGES = study("P1", 1)
const EARLY: ReportDraft = { ...DRAFT, impression: "出血を認めません。取り急ぎ。" }
const STAT: Partial<Agreement> = {
  preliminaryReports: "stat",
  retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS },
}

/** A preliminary report, another, and the report, by people who do not give up. */
async function walkWith(fuse: Fuse): Promise<void> {
  const sides = await TwoSides.open({ fuse, agreement: STAT })
  const { edge, center } = sides
  try {
    const requestId = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, IMAGES)
    await sides.settle(3 * HOUR_MS)
    const released = async (): Promise<number> =>
      (await center.reading.reading(READER, requestId)).preliminary?.released?.version ?? 0
    for (const [version, text] of [[1, EARLY] as const, [2, DRAFT] as const])
      await insist(
        center,
        () => releasing(center, requestId, text),
        async () => (await released()) >= version,
      )
    await sides.settle(3 * HOUR_MS)
    const home = () =>
      insist(
        edge,
        () => Promise.resolve(),
        () => edge.staff.request(CLERK, requestId),
      )
    const early = await home()
    assert.deepEqual(
      early.preliminaries?.map(({ version, isReplaced }) => [version, isReplaced])[0]?.[1],
      false,
    )
    assert.equal(early.preliminaries[0]?.impression, DRAFT.impression)
    await report(center, requestId, early.preliminaries[0].version + 1)
    await sides.settle(3 * HOUR_MS)
    const final = await home()
    assert.deepEqual(
      [final.verdict === "valid" || final.verdict === "valid-pending", final.action, final.versions.length],
      [true, "acknowledge", 1],
    )
    assert(final.preliminaries?.every(({ isReplaced }) => isReplaced))
    await acknowledge(edge, requestId)
    await sides.settle(40 * DAY_MS)
    checkAttempts(sides)
    await checkSpools(sides)
  } catch (error) {
    throw new Error(`after ${fuse.hit ?? "nothing"}: ${String(error)}`, { cause: error })
  } finally {
    sides.close()
  }
}

async function releasing({ reading }: Gateway, requestId: string, text: ReportDraft): Promise<void> {
  const view = await reading.start(READER, requestId)
  const { draftVersion } = await reading.saveDraft(READER, requestId, text, view.draft!.draftVersion)
  const { prepareId } = await reading.preparePreliminary(READER, requestId, draftVersion)
  await reading.release(READER, prepareId, ASSERTION)
}

describeLong("a preliminary report and what goes wrong", function () {
  this.timeout(1_800_000)
  for (const mishap of ["crash", "disk-fails", "ledger-fails"] as const)
    it(`comes to the same end: ${mishap} at the n-th operation`, async () => {
      const counting = new Fuse(mishap, 0)
      await walkWith(counting)
      const failed: string[] = []
      for (let at = 1; at <= counting.count; at += STRIDE)
        await walkWith(new Fuse(mishap, at)).catch((error: unknown) => failed.push(`${at} ${String(error)}`))
      assert.deepEqual(failed, [], `of ${counting.count} operations`)
    })
})

describe("a preliminary report", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  async function toRead(agreement = STAT, urgency: "STAT" | "ROUTINE" = "STAT"): Promise<void> {
    sides = await TwoSides.open({ agreement })
    requestId = await enter(sides.edge, requestFor("P1", "R1", { urgency }))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
  }
  beforeEach(() => toRead())
  afterEach(() => sides.close())

  const home = (): Promise<StaffDetail> => sides.edge.staff.request(CLERK, requestId)
  const codes = async (): Promise<string[]> => (await home()).notices.map(({ code }) => code)
  const came = async (): Promise<SubmissionRecord[]> =>
    (await sides.edge.ledger.submissionsOf({ requestId })).filter(
      ({ kind, direction }) => direction === "in" && (kind === "preliminary" || kind === "report"),
    )
  const states = async (): Promise<string[]> =>
    (await came()).map(({ kind, state, failureCode }) => [kind, state, failureCode ?? []].flat().join(" "))
  const state = async (): Promise<PreliminaryState | undefined> =>
    (await sides.center.reading.reading(READER, requestId)).preliminary
  const told = async (): Promise<string[]> => {
    const [item] = await sides.center.reading.worklist(READER)
    return (item?.notices ?? []).map(({ code }) => code)
  }
  const shown = ({ preliminaries = [] }: StaffDetail): unknown[] =>
    preliminaries.map((each) => [each.version, each.impression, each.isReplaced, each.isChanged])

  async function prepared(draft: ReportDraft): Promise<string> {
    const { reading } = sides.center
    const view = await reading.start(READER, requestId)
    const { draftVersion } = await reading.saveDraft(READER, requestId, draft, view.draft!.draftVersion)
    return (await reading.preparePreliminary(READER, requestId, draftVersion)).prepareId
  }
  async function release(draft = EARLY): Promise<void> {
    const { version } = await sides.center.reading.release(READER, await prepared(draft), ASSERTION)
    assert(version > 0)
  }
  async function sign(draft = EARLY): Promise<void> {
    await writeAndSign(sides.center, requestId, draft)
    await sides.settle(HOUR_MS)
  }
  /** What came last under this kind, as its text says it. */
  async function written(kind: string): Promise<ReturnType<typeof readSignedReport>> {
    const record = (await came()).findLast((each) => each.kind === kind)!
    const [cda] = (await sides.edge.ledger.documents(record.id)).filter(({ role }) => role === "cda")
    return readSignedReport(await readWhole(sides.edge.world.spool, cda!.place))
  }

  it("reaches the hospital without any key of its reader and without a time stamp, and is no report there", async () => {
    sides.tsa.down = () => true
    await release()
    await sides.settle(MINUTE_MS)
    const detail = await home()
    assert.deepEqual(shown(detail), [[1, EARLY.impression, false, false]])
    assert.equal(detail.preliminaries?.[0]?.readerName, READER.name)
    assert.equal(detail.preliminaries[0].seal?.outcome, "valid-pending")
    assert.deepEqual(
      [detail.report, detail.verdict, detail.action, detail.reportId],
      [null, null, null, null],
    )
    assert.equal((await codes())[0], "preliminary")
    assert.deepEqual(await sides.edge.ledger.reportsOfRequest(requestId), [])
    assert.equal((await sides.edge.ledger.request(requestId))?.state, "created")
    const { report, legalAuthenticator } = await written("preliminary")
    assert.deepEqual([report.status, report.versionNumber, legalAuthenticator], ["preliminary", 1, null])
    await assert.rejects(sides.edge.staff.evidence(CLERK, requestId), { code: "ERR_NOT_FOUND" })
    const pdf = await sides.edge.staff.preliminaryPdf(CLERK, requestId, 1)
    assert(pdf.length > 0)
    await assert.rejects(sides.edge.staff.preliminaryPdf(CLERK, requestId, 2), { code: "ERR_NOT_FOUND" })
    const audited = (await sides.edge.audited()).map(({ event }) => event.description ?? "")
    assert(audited.includes("preliminary report 1: the document pdf"))
    sides.tsa.down = () => false
    await sides.settle(HOUR_MS)
    const { released, mayRelease } = (await state())!
    assert.deepEqual([released?.version, released?.failure, mayRelease], [1, null, true])
    assert.notEqual(released?.receivedAt, null, "the hospital's receipt says that it was verified")
    assert.deepEqual(await told(), ["preliminary-sent"])
    const trail = (await sides.center.audited()).find(({ key }) => key.startsWith("released/"))
    assert.match(trail?.event.description ?? "", /^preliminary report, signed by nobody: passkey assertion/)
  })

  it("starts no term and ends no case: the images go when they would have gone, and the request is as open as before", async () => {
    const term = async (): Promise<unknown> => {
      const request = await sides.edge.ledger.request(requestId)
      const { keepUntil, state: of } = (await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID))[0]!
      return [request?.keepUntil, request?.state, keepUntil, of]
    }
    const before = await term()
    const there = (await sides.center.ledger.studiesByUid(IMAGES.StudyInstanceUID))[0]!.keepUntil
    await release()
    await sides.settle(HOUR_MS)
    assert.deepEqual(await term(), before)
    assert.equal((await sides.center.ledger.request(requestId))?.state, "inProgress")
    assert.equal((await sides.center.ledger.studiesByUid(IMAGES.StudyInstanceUID))[0]!.keepUntil, there)
    assert.deepEqual(await sides.edge.ledger.jobsOf((await came())[0]!.id), [])
  })

  it("is replaced by the report that is signed: the next version of its set, which nobody takes for a correction", async () => {
    await release()
    await sides.settle(HOUR_MS)
    await sign()
    const detail = await home()
    assert.deepEqual(shown(detail), [[1, EARLY.impression, true, false]])
    assert.deepEqual(await codes(), [])
    assert.deepEqual([detail.verdict, detail.action, detail.revision], ["valid", "acknowledge", null])
    assert.deepEqual(
      detail.versions.map(({ version, status }) => [version, status]),
      [[2, "final"]],
    )
    const [preliminary, final] = [await written("preliminary"), await written("report")]
    assert.equal(final.report.setId, preliminary.report.setId)
    assert.equal(final.report.replacesPreliminary, preliminary.report.documentId)
    assert.equal(final.report.correction, null)
    const [first, second] = await came()
    const sent = (await sides.edge.ledger.documents(first!.id)).map(({ entryUUID }) => entryUUID)
    const replaced = second!.private.submission!.associations.filter(({ type }) => type === "RPLC")
    assert.deepEqual(
      replaced.map(({ target }) => target),
      sent.slice(0, 2),
    )
    assert.deepEqual(await told(), [])
    assert((await sides.edge.staff.evidence(CLERK, requestId)).bytes.length > 0)
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    checkAttempts(sides)
  })

  it("says that something changed, until the report is received", async () => {
    await release()
    await sides.settle(HOUR_MS)
    await sign(DRAFT)
    assert.deepEqual(await codes(), ["preliminary-changed"])
    assert.deepEqual(shown(await home()), [[1, EARLY.impression, true, true]])
    await acknowledge(sides.edge, requestId)
    assert.deepEqual(await codes(), [])
    assert.equal((await home()).preliminaries?.[0]?.isChanged, true, "on its page it goes on saying so")
  })

  it("may be followed by another, which takes its place as the report takes theirs", async () => {
    await release()
    await release(DRAFT)
    await sides.settle(HOUR_MS)
    assert.deepEqual(shown(await home()), [
      [2, DRAFT.impression, false, false],
      [1, EARLY.impression, true, false],
    ])
    const [first] = await came()
    const [cda] = await sides.edge.ledger.documents(first!.id)
    assert.equal((await written("preliminary")).report.replacesPreliminary, cda!.uniqueId)
    await sign(DRAFT)
    assert.deepEqual(await states(), ["preliminary verified", "preliminary verified", "report verified"])
    assert.deepEqual(
      (await home()).versions.map(({ version }) => version),
      [3],
    )
    assert.deepEqual(await codes(), [])
  })

  it("is kept and shown to nobody as news when it comes after the report; and twice it comes once", async () => {
    sides.line.fault = (kind) => (kind === "preliminary" ? "late" : null)
    await release()
    await sides.settle(MINUTE_MS)
    await sign(DRAFT)
    assert.deepEqual([(await home()).verdict, shown(await home())], ["valid", []])
    await sides.line.late[0]!()
    await sides.line.late[0]!()
    await sides.settle(HOUR_MS)
    assert.deepEqual(await states(), ["report verified", "preliminary verified"])
    assert.deepEqual(shown(await home()), [[1, EARLY.impression, true, true]])
    assert.equal((await home()).action, "acknowledge")
  })

  it("is followed by corrections and addenda of the report alone", async () => {
    await release()
    await sides.settle(HOUR_MS)
    await sign()
    await append(sides.center, requestId, "追記します。")
    await sides.settle(HOUR_MS)
    await sides.center.reading.amend(READER, requestId, await correctionOf(sides.center, requestId, "誤記"))
    const { draft } = await sides.center.reading.reading(READER, requestId)
    await assert.rejects(sides.center.reading.preparePreliminary(READER, requestId, draft!.draftVersion), {
      code: "ERR_REPORT_STATE",
    })
    await writeAndSign(sides.center, requestId, { ...DRAFT, correctionReason: "誤記" })
    await sides.settle(HOUR_MS)
    const { versions, addenda } = await home()
    assert.deepEqual(
      versions.map(({ version, status, to = null }) => [version, status, to]),
      [
        [2, "final", null],
        [1, "appended", 2],
        [3, "corrected", null],
      ],
    )
    assert.equal(addenda.length, 1)
  })

  it("is refused in the registry's words where the hospital has not agreed; the report comes all the same", async () => {
    sides.edge.agreements = sides.edge.agreements.map((each) => ({ ...each, preliminaryReports: "none" }))
    sides.edge.close()
    await sides.edge.open()
    await release()
    await sides.settle(HOUR_MS)
    assert.deepEqual(await came(), [])
    assert.equal((await state())?.released?.failure, "ERR_SUBMISSION_REFUSED XDSRepositoryError")
    assert.deepEqual(await told(), ["not-sent", "preliminary-sent"])
    await sign()
    assert.equal((await home()).verdict, "valid")
    assert.deepEqual([(await home()).action, await told()], ["acknowledge", []])
  })

  it("is for STAT requests where that is agreed, at both sides", async () => {
    sides.close()
    await toRead(STAT, "ROUTINE")
    await assert.rejects(prepared(EARLY), { code: "ERR_REPORT_STATE" })
    assert.equal(await state(), undefined)
    sides.center.agreements = sides.center.agreements.map((each) => ({ ...each, preliminaryReports: "all" }))
    sides.center.close()
    await sides.center.open()
    await release()
    await sides.settle(HOUR_MS)
    assert.deepEqual(
      [await came(), (await state())?.released?.failure],
      [[], "ERR_SUBMISSION_REFUSED XDSRepositoryError"],
    )
  })

  it("is released and signed each by its own gesture", async () => {
    const { reading } = sides.center
    const early = await prepared(EARLY)
    await assert.rejects(reading.sign(READER, early, PIN, ASSERTION), { code: "ERR_SIGN_INTENT" })
    const { draft } = await reading.reading(READER, requestId)
    const { prepareId } = await reading.prepare(READER, requestId, draft!.draftVersion)
    await assert.rejects(reading.release(READER, prepareId, ASSERTION), { code: "ERR_SIGN_INTENT" })
    await assert.rejects(reading.release(READER, early, ASSERTION), { code: "ERR_NOT_FOUND" })
    const again = await prepared(EARLY)
    sides.time.pass(6 * MINUTE_MS)
    await assert.rejects(reading.release(READER, again, ASSERTION), { code: "ERR_SIGN_INTENT" })
    await sides.settle()
    assert.deepEqual(await came(), [])
  })

  it("does not leave once the hospital has taken its images back", async () => {
    sides.line.fault = (kind) => (kind === "preliminary" ? "unreachable" : null)
    await release()
    await sides.settle(MINUTE_MS)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await sides.settle(HOUR_MS)
    assert.deepEqual(await came(), [])
    assert.equal((await state())?.released?.failure, "ERR_INSTANCE_RECALLED")
  })

  it("asks for nobody once its images were taken back", async () => {
    await release()
    await sides.settle(HOUR_MS)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者")
    await sides.settle(HOUR_MS)
    assert.deepEqual(
      (await codes()).filter((code) => code.startsWith("preliminary")),
      [],
    )
    assert.equal((await row(sides.edge, requestId))?.action, null)
  })

  it("is told of by mail as a report is, and late after a day at both sides", async () => {
    await release()
    await sides.settle(HOUR_MS)
    const files = await sides.edge.world.cases.listed()
    assert.equal(waitingSince(files, "report", sides.time.peek()).length, 1)
    sides.time.pass(DAY_MS)
    assert.deepEqual([await codes(), await told()], [["preliminary-late"], ["preliminary-late"]])
    for (const side of [sides.edge, sides.center]) {
      const listed = await side.world.cases.listed()
      assert.equal(waitingSince(listed, "late", sides.time.peek()).length, 1)
    }
    await sign()
    for (const side of [sides.edge, sides.center]) {
      const listed = await side.world.cases.listed()
      assert.equal(waitingSince(listed, "late", sides.time.peek()).length, 0)
    }
  })

  it("is awaited by nobody any more once its images are gone and both sides have closed the case", async () => {
    await release()
    await sides.settle(40 * DAY_MS)
    assert((await codes()).includes("preliminary-late"))
    assert.equal((await row(sides.edge, requestId))?.action, "close")
    await sides.edge.staff.close(CLERK, requestId)
    await sides.center.reading.close(READER, requestId)
    assert.deepEqual(
      [...(await codes()), ...(await told())].filter((code) => code.startsWith("preliminary")),
      [],
    )
    for (const side of [sides.edge, sides.center])
      assert.deepEqual(waitingSince(await side.world.cases.listed(), "late", sides.time.peek()), [])
    assert.deepEqual(shown(await home()), [[1, EARLY.impression, false, false]])
  })

  it("lasts over the end of both processes, and leaves nothing that belongs to nobody", async () => {
    await release()
    sides.center.close()
    await sides.center.open()
    await sides.settle(HOUR_MS)
    sides.edge.close()
    await sides.edge.open()
    assert.deepEqual(await states(), ["preliminary verified"])
    await release(DRAFT)
    await sides.settle(HOUR_MS)
    await sign(DRAFT)
    await acknowledge(sides.edge, requestId)
    await sides.settle(40 * DAY_MS)
    await checkSpools(sides)
    await sides.settle(400 * DAY_MS, 20_000)
    for (const { ledger } of [sides.edge, sides.center])
      assert.equal((await ledger.request(requestId))?.state, "exited")
    assert.equal(
      (await sides.edge.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "preliminary")
        ?.private.preliminary,
      undefined,
    )
  })

  it("is read while the signing service is away; what was approved is taken back before, and signed when it is back", async () => {
    const { reader } = await certificates()
    const [leaf = new Uint8Array(), ...issuers] = reader.chain
    const base64 = (der: Uint8Array): string => Buffer.from(der).toString("base64")
    const service = new CscService()
    await service.open()
    service.authMode = "implicit"
    service.holders.set("second", {
      keyPem: String(reader.key.privateKey.export({ type: "pkcs8", format: "pem" })),
      certificate: base64(leaf),
      issuers: issuers.map(base64),
    })
    const keys = new RemoteKeys({
      ...CLIENT,
      url: service.url,
      trustedPem: service.caPem,
      timeoutMs: 2_000,
      redirectUri: "https://center.example.jp/",
      clock: sides.time,
      chance: { bytes: (length) => randomBytes(length) },
    })
    sides.center.personKeys = () => keys
    sides.center.close()
    await sides.center.open()
    await keys.finish(READER, service.visit((await keys.begin(READER)).url))
    const { reading } = sides.center
    const approve = async (): Promise<void> => {
      const { draft } = await reading.reading(READER, requestId)
      const { prepareId } = await reading.prepare(READER, requestId, draft!.draftVersion)
      assert.equal((await reading.sign(READER, prepareId, REMOTE_PIN, ASSERTION)).awaitsSignature, true)
    }
    const begun = await reading.start(READER, requestId)
    const saved = await reading.saveDraft(READER, requestId, EARLY, begun.draft!.draftVersion)
    await service.close()
    await approve()
    await assert.rejects(reading.preparePreliminary(READER, requestId, saved.draftVersion), {
      code: "ERR_REPORT_STATE",
    })
    await reading.takeBack(READER, requestId)
    const { prepareId } = await reading.preparePreliminary(READER, requestId, saved.draftVersion)
    await reading.release(READER, prepareId, ASSERTION)
    await approve()
    await sides.settle(MINUTE_MS)
    assert.deepEqual(shown(await home()), [[1, EARLY.impression, false, false]])
    assert.deepEqual(await told(), ["signature-pending", "preliminary-sent"])
    await service.open()
    await sides.settle(HOUR_MS)
    await service.close()
    const detail = await home()
    assert.deepEqual([detail.verdict, detail.versions.map(({ version }) => version)], ["valid", [2]])
    assert.deepEqual([await codes(), await told()], [[], []])
  })

  describe("that is none", () => {
    type Made = Awaited<ReturnType<ContentsOf>>
    /** What the reading centre sends is bent before it is sealed. */
    function sends(kind: "preliminary" | "report", bend: (made: Made) => Made | Promise<Made>): void {
      sides.center.contents = {
        ...CONTENTS,
        [kind]: async (...asked: Parameters<ContentsOf>) => bend(await CONTENTS[kind](...asked)),
      }
    }
    /** Its text says something else. */
    const saying =
      (bend: (said: ImagingReport) => ImagingReport) =>
      async (made: Made): Promise<Made> => {
        if (!("contents" in made)) return made
        const contents = await Promise.all(
          made.contents.map(async (each) => {
            if (each.role !== "cda" || !("sealed" in each.body)) return each
            const { spool } = sides.center.world
            const { report } = readSignedReport(await readWhole(spool, each.body.sealed.place))
            return { ...each, body: { bytes: writeImagingReport(bend(report)) } }
          }),
        )
        return { ...made, contents }
      }

    it("with a legal authenticator in its text is put aside, and the reading centre gets a refusal notice", async () => {
      sends(
        "preliminary",
        saying((said) => ({ ...said, status: "final" })),
      )
      await release()
      await sides.settle(HOUR_MS)
      assert.deepEqual(await states(), ["preliminary failed ERR_DOCUMENTS"])
      assert.deepEqual(shown(await home()), [])
      assert.equal((await state())?.released?.failure, "ERR_SUBMISSION_UNVERIFIED ERR_DOCUMENTS")
    })

    it("with a legal authenticator in its metadata, or a signature besides the seal, is not taken", async () => {
      for (const more of [{ legalAuthenticator: "reader1^放射^太郎" }, { role: "signature" as const }]) {
        sends("preliminary", (made) => {
          if (!("contents" in made)) return made
          const [cda, pdf] = made.contents
          const bytes = new TextEncoder().encode("<Signature/>")
          return "role" in more
            ? { ...made, contents: [cda!, pdf!, { ...cda!, ...more, uniqueId: "2.25.77", body: { bytes } }] }
            : { ...made, contents: [{ ...cda!, ...more }, pdf!] }
        })
        await release()
        await sides.settle(HOUR_MS)
        assert.deepEqual(await came(), [])
        assert.equal((await state())?.released?.failure, "ERR_SUBMISSION_REFUSED XDSRepositoryError")
      }
    })

    it("of another set than what came before is put aside", async () => {
      await release()
      await sides.settle(HOUR_MS)
      sends(
        "preliminary",
        saying((said) => ({ ...said, setId: "2.25.4711" })),
      )
      await release(DRAFT)
      await sides.settle(HOUR_MS)
      assert.deepEqual(await states(), ["preliminary verified", "preliminary failed ERR_REPORT_VERSION"])
      assert.deepEqual(shown(await home()), [[1, EARLY.impression, false, false]])
    })

    it("that would replace what is signed is put aside, by its text or by its metadata", async () => {
      sides.line.fault = (kind) => (kind === "preliminary" ? "refused" : null)
      await release()
      await sign()
      const [report] = await came()
      const [paper] = await sides.edge.ledger.documents(report!.id)
      sends(
        "preliminary",
        saying((said) => ({ ...said, versionNumber: 3, replacesPreliminary: paper!.uniqueId })),
      )
      await resent()
      assert.deepEqual(await states(), ["report verified", "preliminary failed ERR_REPORT_VERSION"])
      sends("preliminary", (made) =>
        "contents" in made
          ? { ...made, replaces: [{ uniqueId: made.contents[0]!.uniqueId, entryUUID: paper!.entryUUID }] }
          : made,
      )
      await resent()
      assert.equal((await states()).at(-1), "preliminary failed ERR_REPORT_VERSION")
      assert.deepEqual([(await home()).verdict, shown(await home())], ["valid", []])
    })

    /** The first one is made anew and sent. */
    async function resent(): Promise<void> {
      const { ledger, world } = sides.center
      const first = (await ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "preliminary")!
      await ledger.commit([
        { put: "submission", record: { ...first, state: "planned", submissionSetUid: "" } },
        { remove: "documents", submissionId: first.id },
        due("package", first.id, world.clock.now()),
      ])
      sides.line.fault = () => null
      await sides.settle(HOUR_MS)
    }

    /** What the centre knows of its draft is bent: the reader signs what follows from it. */
    async function bent(bend: (draft: ReportRecord) => Partial<ReportRecord>): Promise<void> {
      const { ledger } = sides.center
      const draft = (await ledger.reportsOfRequest(requestId)).find(({ status }) => status === "draft")!
      await ledger.commit([{ put: "report", record: { ...draft, ...bend(draft) } }])
    }

    it("a report that says it takes the place of one of another set, or whose metadata do not say so, is none", async () => {
      await release()
      await sides.settle(HOUR_MS)
      await bent(() => ({ setId: "2.25.4711" }))
      await sign()
      assert.equal((await states()).at(-1), "report failed ERR_REPORT_VERSION")
      sides.close()
      await toRead()
      await release()
      await sides.settle(HOUR_MS)
      sends("report", (made) => ({ ...made, replaces: [] }))
      await sign()
      assert.deepEqual(await states(), ["preliminary verified", "report failed ERR_REPORT_VERSION"])
      assert.deepEqual(await codes(), ["seal-failed", "preliminary"])
    })

    it("a report that takes the place of a preliminary one when another is signed is none: that needs a reason", async () => {
      await release()
      await sides.settle(HOUR_MS)
      await sign()
      const documentId = (await written("preliminary")).report.documentId
      const correction = await correctionOf(sides.center, requestId, "誤記")
      await sides.center.reading.amend(READER, requestId, correction)
      await bent(({ version }) => ({ preliminary: { version: version - 1, documentId } }))
      await sign(DRAFT)
      assert.deepEqual((await states()).slice(1), ["report verified", "report failed ERR_REPORT_VERSION"])
      assert.deepEqual(
        (await home()).versions.map(({ version }) => version),
        [2],
      )
    })

    it("a report whose text nobody answers for is no report", async () => {
      await release()
      await sides.settle(HOUR_MS)
      sends(
        "report",
        saying((said) => ({ ...said, status: "preliminary" })),
      )
      await sign()
      assert.match((await states()).at(-1)!, /^report failed/)
      assert.deepEqual(shown(await home()), [[1, EARLY.impression, false, false]])
      assert.deepEqual(await codes(), ["seal-failed", "preliminary"])
    })
  })
})
