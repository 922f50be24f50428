import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { readManifest } from "../../gateway/standards/dicom/kos.ts"
import { AT_HOSPITAL, HOSPITAL } from "./agreements.ts"
import { A_CENTER, files, keyObjects } from "./foreign-study.ts"
import { CLERK, enter, requestFor, row, store, study } from "./people.ts"
import {
  ANY_FORMAT,
  answerOf,
  deliver,
  foreign,
  MR,
  OverheardLine,
  PLAIN,
  type ForeignDocument,
} from "./unmarked.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

/** As the configuration makes it of `packaging: {form: manifest-and-pdf, permission: …, retrieve: …}`. */
const ON_PAPER: Partial<Agreement> = {
  ...PLAIN,
  packaging: {
    ...PLAIN.packaging!,
    form: "manifest-and-pdf",
    retrieve: { aeTitle: "PACS", locationUid: "1.2.392.1" },
  },
  retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS },
}
const PDF = Buffer.from("%PDF-1.7\n% a report\n%%EOF\n")

describe("a partner that takes a manifest and a PDF alone", function () {
  this.timeout(60_000)
  const images = study("P1", 3)
  let sides: TwoSides
  let line: OverheardLine
  let requestId: string

  beforeEach(async () => {
    line = new OverheardLine()
    // No gateway of ours is there: it says that it has them, and fetches the images by a way of its own.
    line.line.fault = () => "late"
    sides = await TwoSides.open({ agreement: ON_PAPER, between: line })
    requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await store(sides.edge, images.instances.slice(0, 2))
    await sides.settle()
  })
  afterEach(() => sides.close())

  it("gets a manifest that names every image and where they may be fetched, and the request as PDF: no octet of an image", () => {
    assert.equal(line.heard.length, 1)
    const [{ submission, octets }] = line.heard as [(typeof line.heard)[0]]
    assert.deepEqual(
      submission.documentEntries.map(({ mimeType, formatCode }) => `${mimeType} ${formatCode?.code}`),
      ["application/dicom 1.2.840.10008.5.1.4.1.1.88.59", `application/pdf ${ANY_FORMAT.code}`],
    )
    const [kos, pdf] = [...octets.values()]
    assert.equal(pdf!.toString("latin1", 0, 5), "%PDF-")
    const { title, studies } = readManifest(kos!)
    assert.deepEqual([title.code, studies[0]?.series[0]?.instances.length], ["113030", 2])
    const pixels = images.instances[0]!.dataSet.subarray(-64)
    for (const each of octets.values()) assert.ok(!each.includes(Buffer.from(pixels)))
    const folder = mkdtempSync(join(tmpdir(), "dokuei-paper-"))
    try {
      writeFileSync(join(folder, "kos"), kos!)
      const { stdout } = spawnSync("dcmdump", [join(folder, "kos")], { encoding: "utf8" })
      assert.match(stdout, /\(0008,0054\) AE \[PACS\]/)
      assert.match(stdout, /\(0040,e011\) UI \[1\.2\.392\.1\]/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("has then what it asked for: nothing is sent again, and the images stay here for their term", async () => {
    const { edge } = sides
    assert.equal((await row(edge, requestId))?.way.find(({ name }) => name === "arrived")?.state, "done")
    await sides.settle(DAY_MS)
    assert.equal(line.heard.length, 1)
    const [kept] = await edge.ledger.studiesByUid(images.StudyInstanceUID)
    assert.deepEqual([kept?.state, kept?.late], ["closed", 0])
    const told = (await edge.audited()).map(({ event }) => event).filter(({ event }) => event === "export")
    assert.match(told[0]?.description ?? "", /覚書 第3条/)
    assert.deepEqual(edge.failures, [])
  })

  it("is told of an image that came late by a manifest in the place of the one before", async () => {
    await store(sides.edge, images.instances.slice(2))
    await sides.settle(10 * MINUTE_MS)
    await sides.edge.staff.release(CLERK, requestId).catch(() => undefined)
    await sides.settle(DAY_MS)
    assert.equal(line.heard.length, 2)
    const { submission, octets } = line.heard[1]!
    const [kos] = submission.documentEntries
    assert.equal(readManifest(octets.get(kos!.entryUUID)!).studies[0]?.series[0]?.instances.length, 3)
    const [before] = line.heard[0]!.submission.documentEntries
    assert.deepEqual(submission.associations, [
      { type: "RPLC", source: kos!.entryUUID, target: before!.entryUUID },
    ])
  })

  const order = `R-P1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`
  const pdf: ForeignDocument = {
    uniqueId: "2.25.881",
    mimeType: "application/pdf",
    formatCode: ANY_FORMAT,
    octets: PDF,
    references: [order],
  }
  /** What the partner names of the images it has read. */
  const manifestOf = (image: Buffer): ForeignDocument => {
    const { dataSet } = readPart10(image)
    const named = [{ SOPClassUID: MR.code, SOPInstanceUID: dataSet.text("SOPInstanceUID") }]
    return { ...keyObjects(dataSet, "113030", named, "key images"), references: [order] }
  }
  const bring = async (documents: readonly ForeignDocument[]): Promise<string> => {
    const answer = await deliver(
      sides.edge.door,
      AT_HOSPITAL.id,
      foreign({ ...A_CENTER, PatientID: "P1" }, documents),
    )
    await sides.settle()
    return answerOf(answer)
  }
  const imageHere = async (): Promise<Buffer> => {
    const [kept] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
    const [first] = await sides.edge.ledger.instances(kept!.id)
    const pieces: Uint8Array[] = []
    for await (const piece of (await sides.edge.spool.open(first!.place)).clear()) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  it("gives back a report as PDF with a manifest: staff reads it, marked as signed by nobody", async () => {
    assert.equal(await bring([manifestOf(await imageHere()), pdf]), "Success")
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      [detail.report?.version, detail.signature?.outcome, detail.signature?.policy, detail.action],
      [1, "unsigned", "覚書 第3条 (2026-04-01)", "acknowledge"],
    )
    assert.deepEqual(Buffer.from(await sides.edge.staff.document(CLERK, detail.report!.reportId, "pdf")), PDF)
    assert.deepEqual(sides.edge.failures, [])
  })

  it("gives back a PDF alone as well", async () => {
    assert.equal(await bring([pdf]), "Success")
    assert.equal((await sides.edge.staff.request(CLERK, requestId)).report?.version, 1)
  })

  it("is believed no report whose manifest is of another patient's images", async () => {
    assert.equal(await bring([{ ...files("P2", 1).documents[0]!, references: [order] }, pdf]), "Success")
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(detail.report, null)
    assert.match(detail.notices.map(({ reason }) => reason).join(), /ERR_OTHER_SUBJECT/)
  })

  it("is refused images, a CDA document, and what is no report", async () => {
    const { documents } = files("P1", 1)
    for (const refused of [
      [...documents, pdf],
      [documents[0]!],
      [pdf, { ...pdf, uniqueId: "2.25.882" }],
      documents,
    ])
      assert.equal(await bring(refused), "Failure XDSRepositoryError")
  })
})
