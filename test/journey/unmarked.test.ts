import assert from "node:assert/strict"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { AT_CENTER, AT_HOSPITAL, HOSPITAL } from "./agreements.ts"
import { A_CENTER, A_HOSPITAL, fileMeta, files, keyObjects, type Named } from "./foreign-study.ts"
import { acknowledge, CLERK, DRAFT, enter, READER, report, requestFor, storeAll, study } from "./people.ts"
import {
  ANY_FORMAT,
  answerOf,
  deliver,
  DEN,
  foreign,
  KOS,
  MR,
  OverheardLine,
  PLAIN,
  type ForeignDocument,
  type Overheard,
} from "./unmarked.ts"
import { writeImagingReport } from "../../gateway/standards/cda/imaging-report.ts"
import type { ImagingReport } from "../../gateway/standards/cda/report-content.ts"
import type { DocumentEntry } from "../../gateway/standards/xds/submission.ts"
import { ADDENDUM, REPORT } from "../standards/cda/sample-report.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const STRUCTURED = {
  code: "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
  scheme: "1.3.6.1.4.1.19376.1.2.3",
  display: "RAD CDA",
}
const PDF = Buffer.from("%PDF-1.7\n% a report\n%%EOF\n")

async function sidesWith(terms = PLAIN): Promise<{ sides: TwoSides; line: OverheardLine }> {
  const line = new OverheardLine()
  const sides = await TwoSides.open({
    agreement: { ...terms, retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS } },
    between: line,
  })
  return { sides, line }
}

const rolesOf = ({ submission }: Overheard): string[] =>
  submission.documentEntries.map(({ mimeType, formatCode }) => `${mimeType} ${formatCode?.code ?? ""}`)

const namedIn = (documents: readonly ForeignDocument[]): Named[] =>
  documents
    .filter(({ formatCode }) => formatCode === MR)
    .map(({ uniqueId }) => ({ SOPClassUID: MR.code, SOPInstanceUID: uniqueId }))

/** The same image with another last byte. */
function otherPixels(dataSet: Buffer): Buffer {
  const other = Buffer.from(dataSet)
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
  return other
}

describe("a partner without seals, to whom documents go unencrypted", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let line: OverheardLine
  beforeEach(async () => {
    ;({ sides, line } = await sidesWith())
  })
  afterEach(() => sides.close())

  it("gets a study as any IHE recipient reads it, and its report comes home the same way", async () => {
    const { edge, center } = sides
    const images = study("P1", 2)
    const requestId = await enter(edge, requestFor("P1", "R-P1"))
    await storeAll(edge, images)
    await sides.settle()
    const [sent] = line.heard
    assert.deepEqual(rolesOf(sent!), [
      `application/dicom ${KOS.code}`,
      "text/xml urn:dokuei:reading-request:1",
      `application/dicom ${MR.code}`,
      `application/dicom ${MR.code}`,
    ])
    const entries = sent!.submission.documentEntries.slice(2)
    assert.deepEqual(
      entries.map(({ uniqueId }) => uniqueId).sort(),
      images.instances.map(({ SOPInstanceUID }) => SOPInstanceUID).sort(),
      "an image in clear is known by its SOP Instance UID",
    )
    for (const { entryUUID } of entries)
      assert.equal(sent!.octets.get(entryUUID)!.toString("latin1", 128, 132), "DICM")
    assert.deepEqual(sent!.submission.associations, [])

    const [item] = await center.reading.worklist(READER)
    assert.deepEqual([item?.requestId, item?.verification, item?.state], [requestId, "unsigned", "ready"])
    await report(center, requestId)
    await sides.settle()
    assert.deepEqual(rolesOf(line.heard[1]!), [
      "text/xml urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
      "application/pdf urn:ihe:rad:PDF",
    ])
    const detail = await edge.staff.request(CLERK, requestId)
    assert.equal(detail.report?.impression, DRAFT.impression)
    assert.equal(detail.signature?.outcome, "unsigned")
    assert.equal(detail.signature.policy, "覚書 第3条 (2026-04-01)")
    const { signature } = await edge.staff.verification(CLERK, detail.report.reportId)
    assert.equal(signature.outcome, "unsigned")
    await acknowledge(edge, requestId)
    await sides.settle(40 * DAY_MS)
    assert.equal(line.heard.length, 2, "no receipt, no acknowledgement, no certificate leaves")
    assert.deepEqual([edge.failures, center.failures], [[], []])
    assert.deepEqual(await center.ledger.studies(10), [], "the images went at their term all the same")
  })

  it("is told of nothing, and the trail tells under which permission documents travelled", async () => {
    const { edge, center } = sides
    await enter(edge, requestFor("P1", "R-P1"))
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    const told = async (gateway: typeof edge, event: string): Promise<(string | null)[]> =>
      (await gateway.audited())
        .filter((each) => each.event.event === event)
        .map((each) => each.event.description)
    const words = "unencrypted by agreement: 覚書 第3条 (2026-04-01)"
    assert.deepEqual(await told(edge, "export"), [words])
    assert.deepEqual(await told(center, "import"), [words])
    assert.deepEqual(await told(center, "verified"), [`not signed, ${words}`])
  })

  it("may know none of our codes, nor name study or request: its images tell, and become a case", async () => {
    const { center } = sides
    const { documents, StudyInstanceUID } = files("F1", 3)
    const message = foreign({ ...A_HOSPITAL, PatientID: "F1" }, documents)
    assert.equal(answerOf(await deliver(center.door, AT_CENTER.id, message)), "Success")
    await sides.settle()
    const [item, ...others] = await center.reading.worklist(READER)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [item?.state, item?.verification, item?.urgency, item?.study.instances, item?.study.StudyInstanceUID],
      ["ready", "unsigned", "ROUTINE", 3, StudyInstanceUID],
    )
    assert.equal(answerOf(await deliver(center.door, AT_CENTER.id, message)), "Success", "a repetition")
    await report(center, item!.requestId)
    assert.deepEqual(center.failures, [])
  })

  it("may give back a PDF alone, for the order it names; staff sees that nobody signed it", async () => {
    const { edge } = sides
    const requestId = await enter(edge, requestFor("P1", "R-P1"))
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    const order = `R-P1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`
    const pdf = (uniqueId: string, octets = PDF): ForeignDocument => ({
      uniqueId,
      mimeType: "application/pdf",
      formatCode: ANY_FORMAT,
      octets,
      references: [order],
    })
    const about = { ...A_CENTER, PatientID: "P1" }
    const first = foreign(about, [pdf("2.25.881")])
    assert.equal(answerOf(await deliver(edge.door, AT_HOSPITAL.id, first)), "Success")
    await sides.settle()
    const detail = await edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      [detail.report?.version, detail.report?.readerName, detail.signature?.outcome, detail.action],
      [1, "Jones Mary", "unsigned", "acknowledge"],
    )
    assert.deepEqual(Buffer.from(await edge.staff.document(CLERK, detail.report!.reportId, "pdf")), PDF)

    const other = foreign(about, [pdf("2.25.882")])
    assert.equal(answerOf(await deliver(edge.door, AT_HOSPITAL.id, other)), "Success")
    const target = first.submission.documentEntries[0]!.entryUUID
    const corrected = foreign(about, [pdf("2.25.883", Buffer.concat([PDF, PDF]))], ([entry]) => [
      { type: "RPLC", source: entry!.entryUUID, target },
    ])
    assert.equal(answerOf(await deliver(edge.door, AT_HOSPITAL.id, corrected)), "Success")
    await sides.settle()
    const after = await edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      after.versions.map(({ version, status }) => [version, status]),
      [
        [1, "final"],
        [2, "corrected"],
      ],
      "the one that replaces nothing is kept for a person, and shown as no report",
    )
  })

  it("may add to a report of its own, in a PDF or a CDA document of its own making, in whatever order they come", async () => {
    const { edge } = sides
    const requestId = await enter(edge, requestFor("P1", "R-P1"))
    await storeAll(edge, study("P1", 1))
    await sides.settle()
    const references = [`R-P1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`]
    const paper = (uniqueId: string, mimeType: string, octets: Buffer, formatCode = ANY_FORMAT) => ({
      uniqueId,
      mimeType,
      formatCode,
      octets,
      references,
    })
    const pdf = (n: number): ForeignDocument =>
      paper(`2.25.99${n}`, "application/pdf", Buffer.concat([PDF, Buffer.from(`% ${n}\n`)]))
    const cda = (report: ImagingReport): ForeignDocument =>
      paper(report.documentId, "text/xml", Buffer.from(writeImagingReport(report)), STRUCTURED)
    const { StudyInstanceUID } = (await edge.ledger.studies(1))[0]!.private
    const subject = (each: ImagingReport): ImagingReport => ({
      ...each,
      patient: { ...each.patient, PatientID: "P1" },
      study: { ...each.study, StudyInstanceUID },
    })
    const about = { ...A_CENTER, PatientID: "P1" }
    const added = (target: string) => (entries: readonly DocumentEntry[]) =>
      entries.map(({ entryUUID }) => ({ type: "APND" as const, source: entryUUID, target }))
    const bring = async (...each: Parameters<typeof foreign>): Promise<string> =>
      answerOf(await deliver(edge.door, AT_HOSPITAL.id, foreign(...each)))
    const first = foreign(about, [cda(subject(REPORT)), pdf(1)])
    const target = first.submission.documentEntries[0]!.entryUUID

    const warned = "Success PartialAppendContentNotProcessed"
    assert.equal(await bring(about, [pdf(2)], added(target)), warned)
    await sides.settle()
    assert.equal((await edge.staff.request(CLERK, requestId)).report, null, "by itself it says too little")
    assert.equal(answerOf(await deliver(edge.door, AT_HOSPITAL.id, first)), "Success")
    await sides.settle()
    assert.equal(await bring(about, [cda(subject(ADDENDUM)), pdf(3)], added(target)), "Success")
    await sides.settle()
    const detail = await edge.staff.request(CLERK, requestId)
    assert.equal(detail.report?.impression, REPORT.impression)
    assert.deepEqual(
      detail.addenda
        .map(({ report: each, signature }) => [each.addendum?.text, each.addendum?.to, signature?.outcome])
        .sort(),
      [
        ["", 1, "unsigned"],
        [ADDENDUM.addendum?.text, 1, "unsigned"],
      ],
    )
  })

  const refusals: readonly (readonly [string, () => Overheard, string])[] = [
    [
      "a study without its manifest",
      () => foreign({ ...A_HOSPITAL, PatientID: "F1" }, files("F1", 1).documents.slice(1)),
      "Failure XDSRepositoryError",
    ],
    [
      "a manifest alone, whose images would have to be fetched",
      () => foreign({ ...A_HOSPITAL, PatientID: "F1" }, files("F1", 1).documents.slice(0, 1)),
      "Failure XDSRepositoryError",
    ],
    [
      "what is encrypted, where plain is agreed",
      () =>
        foreign(
          { ...A_HOSPITAL, PatientID: "F1" },
          files("F1", 1).documents.map((each) => ({ ...each, mimeType: "application/pkcs7-mime" })),
        ),
      "Failure InvalidDocumentContent",
    ],
    [
      "what is called DICOM and is none",
      () =>
        foreign(
          { ...A_HOSPITAL, PatientID: "F1" },
          files("F1", 1).documents.map((each) => ({ ...each, octets: Buffer.alloc(3000, 7) })),
        ),
      "Failure InvalidDocumentContent",
    ],
    [
      "a sourceId that is not the partner's",
      () => foreign({ ...A_HOSPITAL, sourceId: "1.2.3.4", PatientID: "F1" }, files("F1", 1).documents),
      "Failure XDSRepositoryError",
    ],
    [
      "a report, which it may not send",
      () =>
        foreign({ ...A_HOSPITAL, PatientID: "F1" }, [
          { uniqueId: "2.25.5", mimeType: "application/pdf", formatCode: ANY_FORMAT, octets: PDF },
        ]),
      "Failure XDSRepositoryError",
    ],
  ]
  for (const [what, message, answer] of refusals)
    it(`is refused ${what}, and nothing is kept`, async () => {
      const { center } = sides
      const slots = center.spool.slots.length
      assert.equal(answerOf(await deliver(center.door, AT_CENTER.id, message())), answer)
      assert.equal(center.spool.slots.length, slots)
      assert.deepEqual(await center.ledger.studies(10), [])
    })

  it("may send key object selections of the study itself: the one with the title is the manifest", async () => {
    const { center } = sides
    const { documents } = files("F1", 2, "113000")
    const message = foreign({ ...A_HOSPITAL, PatientID: "F1" }, documents)
    assert.equal(answerOf(await deliver(center.door, AT_CENTER.id, message)), "Success")
    await sides.settle()
    const [item] = await center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.study.instances], ["ready", 3])
    const twice = foreign({ ...A_HOSPITAL, PatientID: "F3" }, files("F3", 1, "113030").documents)
    const answer = answerOf(await deliver(center.door, AT_CENTER.id, twice))
    assert.equal(answer, "Failure InvalidDocumentContent")
  })

  it("is believed nothing of another patient's images", async () => {
    const { center } = sides
    const message = foreign({ ...A_HOSPITAL, PatientID: "F1" }, files("F2", 1).documents)
    assert.equal(answerOf(await deliver(center.door, AT_CENTER.id, message)), "Success")
    await sides.settle()
    const [item] = await center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.notices[0]?.reason], ["failed", "ERR_OTHER_SUBJECT"])
  })

  it("may send an image again in another file, and after its copy here was destroyed: its data set tells what it is", async () => {
    const { center } = sides
    const { documents, StudyInstanceUID } = files("F1", 2)
    const routed = (AE: string, change = (dataSet: Buffer): Buffer => dataSet): ForeignDocument[] => [
      keyObjects(readPart10(documents[1]!.octets).dataSet, "113030", namedIn(documents), `routed by ${AE}`),
      ...documents.slice(1).map((image) => {
        const dataSet = image.octets.subarray(fileMeta(image.uniqueId).length)
        return { ...image, octets: Buffer.concat([fileMeta(image.uniqueId, AE), change(dataSet)]) }
      }),
    ]
    const send = async (sent: readonly ForeignDocument[]): Promise<string> => {
      const answer = await deliver(
        center.door,
        AT_CENTER.id,
        foreign({ ...A_HOSPITAL, PatientID: "F1" }, sent),
      )
      await sides.settle()
      return answerOf(answer)
    }
    const here = async (): Promise<unknown[]> => {
      const [kept] = await center.ledger.studiesByUid(StudyInstanceUID).then((all) => all.slice(-1))
      return [kept?.instances, (await center.ledger.instances(kept!.id)).length]
    }
    assert.deepEqual([await send(documents), await here()], ["Success", [2, 2]])
    assert.deepEqual([await send(routed("ROUTER1")), await here()], ["Success", [2, 2]])
    sides.time.pass(1_000)
    // Put right at the device: the newer ones count, the older ones are kept beside them.
    assert.deepEqual([await send(routed("ROUTER2", otherPixels)), await here()], ["Success", [2, 4]])
    await sides.settle(10 * DAY_MS)
    assert.deepEqual([await send(routed("ROUTER3")), await here()], ["Success", [2, 2]])
  })

  it("may not send other octets under the number of a document that is here; another partner may", async () => {
    const { center } = sides
    const [agreed] = center.agreements
    const other = { ...agreed!, id: "other-hospital", partner: { ...agreed!.partner, oid: "1.2.3.4" } }
    center.agreements = [agreed!, other]
    await center.open()
    const send = async (PatientID: string, text: string, { id, partner } = agreed!): Promise<string> => {
      const slip = { uniqueId: "2.25.4711", mimeType: "application/pdf", formatCode: ANY_FORMAT }
      const octets = Buffer.from(`%PDF-1.7\n% ${text}\n%%EOF\n`)
      const message = foreign({ ...A_HOSPITAL, sourceId: partner.oid, PatientID }, [
        ...files(PatientID, 1).documents,
        { ...slip, octets },
      ])
      const answer = answerOf(await deliver(center.door, id, message))
      await sides.settle()
      return answer
    }
    assert.equal(await send("F1", "one"), "Success")
    assert.equal(await send("F2", "two"), "Failure XDSNonIdenticalHash")
    assert.equal(await send("F3", "three", other), "Success")
    await sides.settle(10 * DAY_MS)
    assert.equal(await send("F2", "two"), "Success")
  })

  it("answers no request of ours with a report that names none, or another's", async () => {
    const { edge } = sides
    await enter(edge, requestFor("P1", "R-P1"))
    const about = { ...A_CENTER, PatientID: "P1" }
    const pdf = { uniqueId: "2.25.6", mimeType: "application/pdf", formatCode: ANY_FORMAT, octets: PDF }
    const order = `R-P2^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`
    for (const references of [[], [order]]) {
      const message = foreign(about, [{ ...pdf, references }])
      assert.equal(answerOf(await deliver(edge.door, AT_HOSPITAL.id, message)), "Failure XDSRepositoryError")
    }
  })
})

describe("a partner to whom documents go under Document Encryption", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let line: OverheardLine
  beforeEach(async () => {
    ;({ sides, line } = await sidesWith(DEN))
  })
  afterEach(() => sides.close())

  const sent = async (): Promise<Overheard> => {
    await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    return line.heard[0]!
  }

  it("gets each document in an envelope of its own, opens it, and its report comes home the same way", async () => {
    const { edge, center } = sides
    const { submission, octets } = await sent()
    const kinds = new Set(submission.documentEntries.map(({ mimeType }) => mimeType))
    assert.deepEqual([...kinds], ["application/pkcs7-mime"])
    const ENVELOPED = Buffer.from("06092a864886f70d010703", "hex")
    for (const each of octets.values()) assert.ok(each.subarray(0, 20).includes(ENVELOPED))
    const [item] = await center.reading.worklist(READER)
    assert.deepEqual([item?.verification, item?.study.instances], ["unsigned", 2])
    await report(center, item!.requestId)
    await sides.settle()
    const detail = await edge.staff.request(CLERK, item!.requestId)
    assert.equal(detail.report?.impression, DRAFT.impression)
    assert.deepEqual(
      [detail.signature?.outcome, detail.signature?.policy],
      ["unsigned", ""],
      "not signed, and of no permission to leave in clear",
    )
    assert.deepEqual([edge.failures, center.failures], [[], []])
  })

  it("gets the same octets again when an answer was lost", async () => {
    line.line.fault = (_kind, again) => (again < 2 ? "lost" : null)
    await sent()
    const attempts = line.line.attempts.map(({ sha256 }) => sha256)
    assert.equal(attempts.length, 3)
    assert.equal(new Set(attempts).size, 1)
    assert.equal((await sides.center.reading.worklist(READER)).length, 1)
  })

  it("refuses one that was changed on its way in one word, and keeps nothing of it", async () => {
    line.line.fault = () => "unreachable"
    const { submission, octets } = await sent()
    const { center } = sides
    const slots = center.spool.slots.length
    const [, , image] = submission.documentEntries
    const whole = octets.get(image!.entryUUID)!
    for (const at of [whole.length - 1, whole.length - 40, whole.length - 700, 700]) {
      const bent = Buffer.from(whole)
      bent[at] = bent[at]! ^ 0x20
      const message = { submission, octets: new Map([...octets, [image!.entryUUID, bent] as const]) }
      const { status, errors } = await deliver(center.door, AT_CENTER.id, message)
      assert.deepEqual(
        [status, errors.map(({ errorCode, codeContext }) => `${errorCode} ${codeContext}`)],
        ["Failure", [`InvalidDocumentContent ${image!.uniqueId}`]],
        `octet ${at} of ${whole.length}`,
      )
    }
    assert.equal(center.spool.slots.length, slots)
  })

  it("is refused what comes in clear", async () => {
    const message = foreign({ ...A_HOSPITAL, PatientID: "F1" }, files("F1", 1).documents)
    const answer = answerOf(await deliver(sides.center.door, AT_CENTER.id, message))
    assert.equal(answer, "Failure InvalidDocumentContent")
  })
})
