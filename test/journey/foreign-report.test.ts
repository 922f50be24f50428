import assert from "node:assert/strict"
import { foreignCda, STRUCTURED_BODY, wrapped, type Foreign } from "../standards/cda/foreign-cda.ts"
import { AT_CENTER, AT_HOSPITAL, HOSPITAL } from "./agreements.ts"
import { A_CENTER, A_HOSPITAL, files } from "./foreign-study.ts"
import { acknowledge, CLERK, enter, READER, requestFor, storeAll, study } from "./people.ts"
import {
  ANY_FORMAT,
  answerOf,
  deliver,
  foreign,
  OverheardLine,
  PLAIN,
  type ForeignDocument,
  type Overheard,
} from "./unmarked.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import type { DocumentEntry } from "../../gateway/standards/xds/submission.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const PDF = Buffer.from("%PDF-1.7\n% a report\n%%EOF\n")
const OURS = [[AT_HOSPITAL.patientIdDomain, "P1"]] as const
const XDS_SD = { code: "urn:ihe:iti:xds-sd:pdf:2008", scheme: "1.3.6.1.4.1.19376.1.2.3", display: "XDS-SD" }

describe("what a partner lays beside its study", function () {
  this.timeout(60_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: PLAIN, between: new OverheardLine() })
  })
  afterEach(() => sides.close())

  const paper = (
    uniqueId: string,
    mimeType: string,
    octets: Buffer,
    formatCode = ANY_FORMAT,
  ): ForeignDocument => ({
    uniqueId,
    mimeType,
    formatCode,
    octets,
  })
  const bring = async (papers: readonly ForeignDocument[]): Promise<string> => {
    const documents = [...files("F1", 1).documents, ...papers]
    await deliver(sides.center.door, AT_CENTER.id, foreign({ ...A_HOSPITAL, PatientID: "F1" }, documents))
    await sides.settle()
    const [item] = await sides.center.reading.worklist(READER)
    return item!.requestId
  }
  const OF_F1 = { ids: [[AT_CENTER.patientIdDomain, "F1"]] as const }

  it("is before the reader's eyes, unsigned: a PDF as it came, a clinical document as its PDF or as text", async () => {
    const { reading } = sides.center
    const requestId = await bring([
      paper("2.25.61", "application/pdf", PDF),
      paper("2.25.62", "text/xml", foreignCda({ ...OF_F1, body: STRUCTURED_BODY })),
      paper("2.25.63", "text/xml", foreignCda({ ...OF_F1, body: wrapped(PDF) }), XDS_SD),
    ])
    const text = "text/plain; charset=utf-8"
    assert.deepEqual((await reading.reading(READER, requestId)).papers, [
      { title: "", mediaType: "application/pdf", verdict: "unsigned" },
      { title: "", mediaType: text, verdict: "unsigned" },
      { title: "", mediaType: "application/pdf", verdict: "unsigned" },
    ])
    const shown = await Promise.all([0, 1, 2].map((index) => reading.paper(READER, requestId, index)))
    assert.deepEqual(
      [shown[0], shown[2]].map((each) => Buffer.from(each!.bytes)),
      [PDF, PDF],
    )
    assert.equal(shown[1]!.mediaType, text)
    assert.match(Buffer.from(shown[1]!.bytes).toString(), /^Technique\nT2 axial\./)
    await assert.rejects(reading.paper(READER, requestId, 3), { code: "ERR_NOT_FOUND" })
    await assert.rejects(reading.paper(CLERK, requestId, 0), { code: "ERR_NOT_ALLOWED" })
  })

  it("is not shown when it is of another patient, or nothing a person could read", async () => {
    const requestId = await bring([
      paper(
        "2.25.61",
        "text/xml",
        foreignCda({ ids: [[AT_CENTER.patientIdDomain, "F2"]], body: STRUCTURED_BODY }),
      ),
      paper("2.25.62", "text/xml", Buffer.from("<a/>")),
      paper("2.25.63", "text/html", Buffer.from("<script>alert(1)</script>")),
    ])
    assert.equal((await sides.center.reading.reading(READER, requestId)).papers, undefined)
  })

  it("costs no more than a few letters do, however many a partner lays there and however long they are", async () => {
    const blank = (n: number) => paper(`2.25.7${n}`, "text/xml", Buffer.from(`<a>${n}</a>`))
    const letter = foreignCda({ ...OF_F1, body: STRUCTURED_BODY })
    const long = (n: number) =>
      paper(`2.25.8${n}`, "text/xml", Buffer.concat([letter, Buffer.alloc(3_900_000, " ")]))
    const requestId = await bring([
      ...Array.from({ length: 6 }, (_, n) => long(n)),
      ...Array.from({ length: 44 }, (_, n) => blank(n)),
      paper("2.25.61", "application/pdf", PDF),
    ])
    const { papers } = await sides.center.reading.reading(READER, requestId)
    assert.deepEqual(
      papers?.map(({ mediaType }) => mediaType),
      Array.from({ length: 4 }, () => "text/plain; charset=utf-8"),
    )
  })

  it("goes with the images", async () => {
    const requestId = await bring([paper("2.25.61", "application/pdf", PDF)])
    await sides.settle(10 * DAY_MS)
    await assert.rejects(sides.center.reading.paper(READER, requestId, 0), { code: "ERR_NOT_FOUND" })
  })
})

describe("a report that comes as a CDA document of another make", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: PLAIN, between: new OverheardLine() })
    requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
  })
  afterEach(() => sides.close())

  const cda = (content: Foreign, uniqueId = "2.25.881", formatCode = ANY_FORMAT): ForeignDocument => ({
    uniqueId,
    mimeType: "text/xml",
    formatCode,
    octets: foreignCda({ ids: OURS, ...content }),
    references: [`R-P1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`],
  })
  const message = (document: ForeignDocument, replaces: string | null = null): Overheard =>
    foreign({ ...A_CENTER, PatientID: "P1" }, [document], ([entry]: readonly DocumentEntry[]) =>
      replaces === null ? [] : [{ type: "RPLC" as const, source: entry!.entryUUID, target: replaces }],
    )
  const bring = async (sent: Overheard): Promise<string> => {
    const answer = await deliver(sides.edge.door, AT_HOSPITAL.id, sent)
    await sides.settle()
    return answerOf(answer)
  }
  const detail = (): Promise<StaffDetail> => sides.edge.staff.request(CLERK, requestId)

  it("with a PDF wrapped in it: staff reads that PDF, marked as signed by nobody, and receives it", async () => {
    const sent = message(cda({ body: wrapped(PDF) }, "2.25.881", XDS_SD))
    assert.equal(await bring(sent), "Success")
    const { report, signature } = await detail()
    assert.deepEqual(
      [report?.version, report?.documents, report?.findings, signature?.outcome],
      [1, ["pdf"], "", "unsigned"],
    )
    assert.deepEqual(Buffer.from(await sides.edge.staff.document(CLERK, report!.reportId, "pdf")), PDF)
    await acknowledge(sides.edge, requestId)
    assert.equal(
      await bring(sent),
      "Success",
      "a repetition is known by what was sent, not by what lay in it",
    )
    assert.equal((await detail()).versions.length, 1)
    assert.deepEqual(sides.edge.failures, [])
  })

  it("with sections of its own: they are read as text", async () => {
    assert.equal(await bring(message(cda({ body: STRUCTURED_BODY }))), "Success")
    const { report, signature } = await detail()
    assert.deepEqual([report?.documents, report?.impression, signature?.outcome], [["cda"], "", "unsigned"])
    assert.match(report!.findings, /^Technique\nT2 axial\.[^]*A mass of 12 mm < 15 mm\./)
    assert.equal(report!.pdfSha256, "")
    const octets = await sides.edge.staff.document(CLERK, report!.reportId, "cda")
    assert.match(Buffer.from(octets).toString(), /<structuredBody>/)
  })

  it("is put right by another that names it", async () => {
    const first = message(cda({ body: wrapped(PDF) }, "2.25.881", XDS_SD))
    const target = first.submission.documentEntries[0]!.entryUUID
    assert.equal(await bring(first), "Success")
    assert.equal(await bring(message(cda({ body: STRUCTURED_BODY }, "2.25.882"), target)), "Success")
    assert.deepEqual(
      (await detail()).versions.map(({ version, status }) => [version, status]),
      [
        [1, "final"],
        [2, "corrected"],
      ],
    )
  })

  it("of another patient is shown to nobody", async () => {
    const other = cda({
      ids: [
        [AT_HOSPITAL.patientIdDomain, "P2"],
        ["1.2.3", "P1"],
      ],
      body: STRUCTURED_BODY,
    })
    assert.equal(await bring(message(other)), "Success")
    const { report, notices } = await detail()
    assert.equal(report, null)
    assert.match(notices.map(({ reason }) => reason).join(), /ERR_OTHER_SUBJECT/)
  })

  it("in which nobody can read anything is refused before anything is kept", async () => {
    for (const body of [
      "<structuredBody/>",
      wrapped(Buffer.from("GIF89a"), "image/gif"),
      wrapped(Buffer.from("no PDF at all")),
    ])
      assert.equal(await bring(message(cda({ body }))), "Failure InvalidDocumentContent")
    assert.equal((await detail()).report, null)
  })
})
