import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { readDicomdir } from "../../gateway/standards/dicom/dicomdir.ts"
import { readManifest } from "../../gateway/standards/dicom/kos.ts"
import { AT_CENTER } from "./agreements.ts"
import { A_HOSPITAL, files, keyObjects } from "./foreign-study.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { CLERK, DRAFT, enter, READER, report, requestFor, store, storeAll, study } from "./people.ts"
import { zipOf, type Files } from "../standards/zip/zip-of.ts"
import {
  ANY_FORMAT,
  answerOf,
  deliver,
  foreign,
  MR,
  OverheardLine,
  PLAIN,
  type ForeignDocument,
  type Overheard,
} from "./unmarked.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

/** As the configuration makes it of `packaging: {form: zip, permission: …}`. */
const ZIP: Partial<Agreement> = {
  ...PLAIN,
  packaging: { ...PLAIN.packaging!, form: "zip" },
  retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS },
}
const INSIDE: Partial<Agreement> = { ...ZIP, packaging: { ...ZIP.packaging!, manifest: "inside" } }

const kindsOf = ({ submission }: Overheard): string[] =>
  submission.documentEntries.map(({ mimeType }) => mimeType)

const zipIn = ({ submission, octets }: Overheard): Buffer => {
  const entry = submission.documentEntries.find(({ mimeType }) => mimeType === "application/zip")
  return octets.get(entry!.entryUUID)!
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" })
  assert.equal(status, 0, `${command}: ${stdout}${stderr}`)
  return stdout
}

describe("a partner to whom a study goes as one ZIP", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let line: OverheardLine
  let folder: string

  const begin = async (agreement: Partial<Agreement>): Promise<void> => {
    line = new OverheardLine()
    sides = await TwoSides.open({ agreement, between: line })
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-zipped-"))
    await begin(ZIP)
  })
  afterEach(() => {
    sides.close()
    rmSync(folder, { recursive: true })
  })

  const sent = async (slices = 3): Promise<ReturnType<typeof study>> => {
    const images = study("P1", slices)
    await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, images)
    await sides.settle()
    return images
  }

  it("gets manifest, request and a ZIP that Info-ZIP unpacks and DCMTK reads", async () => {
    const images = await sent()
    assert.deepEqual(kindsOf(line.heard[0]!), ["application/dicom", "text/xml", "application/zip"])
    writeFileSync(join(folder, "study.zip"), zipIn(line.heard[0]!))
    assert.match(run("unzip", ["-t", "study.zip"], folder), /No errors detected/)
    assert.match(run("zipinfo", ["-1", "study.zip"], folder), /^DICOMDIR\nDICOM\/I0000001\n/)
    run("unzip", ["-q", "study.zip"], folder)
    const names = readdirSync(join(folder, "DICOM"))
    const uids = names.map((name) => {
      const dumped = run("dcmdump", ["+P", "0008,0018", join("DICOM", name)], folder)
      return /\[(.*)\]/.exec(dumped)?.[1]
    })
    assert.deepEqual(uids.sort(), images.instances.map(({ SOPInstanceUID }) => SOPInstanceUID).sort())
    const listed = readDicomdir(readFileSync(join(folder, "DICOMDIR"))).map(({ fileId }) => fileId.join("/"))
    assert.deepEqual(listed, names.map((name) => `DICOM/${name}`).sort())
    assert.match(run("dcmdump", ["-q", "DICOMDIR"], folder), /DirectoryRecordType/)
    // DCMTK makes a directory of its own of the same files: their names are file IDs, and they may stand in one.
    rmSync(join(folder, "DICOMDIR"))
    run("dcmgpdir", ["+r", "DICOM"], folder)
    assert.equal(readDicomdir(readFileSync(join(folder, "DICOMDIR"))).length, 3)
  })

  it("gets the same octets again when an answer was lost, and no image lies in the spool twice", async () => {
    line.line.fault = (_kind, again) => (again < 2 ? "lost" : null)
    await sent()
    const attempts = line.line.attempts.map(({ sha256 }) => sha256)
    assert.equal(attempts.length, 3)
    assert.equal(new Set(attempts).size, 1)
    assert.equal((await sides.center.reading.worklist(READER)).length, 1)
    const { ledger } = sides.edge
    const [kept] = await ledger.studies(1)
    const images = new Set((await ledger.instances(kept!.id)).map(({ place }) => place.objectId))
    const [submission] = await ledger.submissionsOf({ studyId: kept!.id })
    const carried = (await ledger.documents(submission!.id)).filter(({ role }) => role === "instance")
    assert.deepEqual(new Set(carried.map(({ place }) => place.objectId)), images)
  })

  it("takes such a ZIP: a case with every image, and the report comes home", async () => {
    await sent()
    const { edge, center } = sides
    const [item] = await center.reading.worklist(READER)
    assert.deepEqual([item?.verification, item?.state, item?.study.instances], ["unsigned", "ready", 3])
    await report(center, item!.requestId)
    await sides.settle()
    assert.equal((await edge.staff.request(CLERK, item!.requestId)).report?.impression, DRAFT.impression)
    await sides.settle(40 * DAY_MS)
    assert.deepEqual(await center.ledger.studies(10), [], "the images went at their term")
    assert.deepEqual([edge.failures, center.failures], [[], []])
  })

  it("gets what came late in a ZIP of its own, under a manifest in the place of the one before", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    const images = study("P1", 3)
    await store(sides.edge, images.instances.slice(0, 2))
    await sides.settle()
    await store(sides.edge, images.instances.slice(2))
    await sides.settle(10 * MINUTE_MS)
    await sides.edge.staff.release(CLERK, requestId).catch(() => undefined)
    await sides.settle(10 * MINUTE_MS)
    assert.deepEqual(line.heard.map(kindsOf), [
      ["application/dicom", "text/xml", "application/zip"],
      ["application/dicom", "text/xml", "application/zip"],
    ])
    writeFileSync(join(folder, "late.zip"), zipIn(line.heard[1]!))
    assert.equal(run("zipinfo", ["-1", "late.zip"], folder), "DICOMDIR\nDICOM/I0000001\n")
    const [item] = await sides.center.reading.worklist(READER)
    assert.equal(item?.study.instances, 3)
  })

  it("may want the manifest inside: it takes one document beside the request", async () => {
    sides.close()
    await begin(INSIDE)
    await sent(2)
    assert.deepEqual(kindsOf(line.heard[0]!), ["text/xml", "application/zip"])
    writeFileSync(join(folder, "study.zip"), zipIn(line.heard[0]!))
    run("unzip", ["-q", "study.zip"], folder)
    const { title, studies } = readManifest(readFileSync(join(folder, "DICOM", "I0000001")))
    assert.deepEqual([title.code, studies[0]?.series[0]?.instances.length], ["113030", 2])
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.study.instances], ["ready", 2])
    assert.deepEqual([sides.edge.failures, sides.center.failures], [[], []])
  })

  const zipDocument = (octets: Buffer, uniqueId = "2.25.5511"): ForeignDocument => ({
    uniqueId,
    mimeType: "application/zip",
    formatCode: ANY_FORMAT,
    octets,
  })
  const inZip = (documents: readonly ForeignDocument[]): Files =>
    documents.map(({ octets }, index) => [`PAT 01/画像/${index}.dcm`, octets] as const)
  const bring = async (documents: readonly ForeignDocument[], PatientID = "F1"): Promise<string> => {
    const answer = await deliver(
      sides.center.door,
      AT_CENTER.id,
      foreign({ ...A_HOSPITAL, PatientID }, documents),
    )
    await sides.settle()
    return answerOf(answer)
  }

  it("may send one without a manifest, as export from an archive makes them, with a viewer beside the images", async () => {
    const images = files("F1", 3).documents.filter(({ formatCode }) => formatCode === MR)
    const zip = zipOf([
      ["AUTORUN.INF", Buffer.from("[autorun]")],
      ["VIEWER.EXE", Buffer.alloc(5000, "MZ")],
      ...inZip(images),
    ])
    assert.equal(await bring([zipDocument(zip)]), "Success")
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.study.instances], ["ready", 3])
    assert.equal(
      await bring([zipDocument(zip, "2.25.5512")]),
      "Success",
      "the same once more, in another document",
    )
    assert.equal((await sides.center.ledger.studies(10))[0]?.instances, 3)
  })

  it("may deflate, and tell its manifest inside or beside, even both", async () => {
    const { documents } = files("F1", 2)
    const [manifest, ...images] = documents
    writeFileSync(join(folder, "KOS"), manifest!.octets)
    images.forEach(({ octets }, index) => {
      writeFileSync(join(folder, `IM${index}`), octets)
    })
    const zip = spawnSync("sh", ["-c", "zip -q -9 - KOS IM0 IM1 | cat"], { cwd: folder }).stdout
    const { octets } = manifest!
    assert.equal(await bring([zipDocument(zip)]), "Success")
    assert.equal(await bring([{ ...manifest!, octets }, zipDocument(zip, "2.25.5512")]), "Success")
    const [item, ...others] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.study.instances, others], ["ready", 2, []])
    assert.deepEqual(sides.center.failures, [])
  })

  it("may lay a key object selection of the study's own into it", async () => {
    const { documents } = files("F1", 2, "113000")
    const [selection, , ...images] = documents
    assert.equal(await bring([zipDocument(zipOf(inZip([selection!, ...images])))]), "Success")
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.state, item?.study.instances], ["ready", 3])
  })

  const refusals: Readonly<Record<string, () => readonly ForeignDocument[]>> = {
    "images beside the ZIP": () => [
      zipDocument(zipOf(inZip(files("F1", 2).documents))),
      files("F1", 2).documents[1]!,
    ],
    "images without a ZIP": () => files("F1", 2).documents,
    "two ZIPs": () => {
      const zip = zipOf(inZip(files("F1", 1).documents))
      return [zipDocument(zip), zipDocument(zip, "2.25.5512")]
    },
    "a ZIP without images": () => [zipDocument(zipOf([["README.TXT", Buffer.from("nothing")]]))],
    "a ZIP that is none": () => [zipDocument(Buffer.from("%PDF-1.7 and no ZIP at all"))],
    "a ZIP that is cut off": () => [zipDocument(zipOf(inZip(files("F1", 2).documents)).subarray(0, -30))],
    "a ZIP that leads out of its folder": () => [
      zipDocument(zipOf([["../../x", files("F1", 1).documents[1]!.octets]])),
    ],
    "two images under one UID": () => {
      const { octets } = files("F1", 1).documents[1]!
      const other = Buffer.from(octets)
      other[other.length - 1] = other.at(-1)! ^ 1
      return [
        zipDocument(
          zipOf([
            ["A", octets],
            ["B", other],
          ]),
        ),
      ]
    },
    "two manifests": () => {
      const { documents } = files("F1", 1)
      const { dataSet } = readPart10(documents[1]!.octets)
      const named = [{ SOPClassUID: MR.code, SOPInstanceUID: documents[1]!.uniqueId }]
      return [zipDocument(zipOf(inZip([...documents, keyObjects(dataSet, "113030", named, "one more")])))]
    },
  }
  for (const [what, make] of Object.entries(refusals))
    it(`is refused ${what}, and nothing of it is kept`, async () => {
      const { center } = sides
      const slots = center.spool.slots.length
      assert.match(await bring(make()), /^Failure (InvalidDocumentContent|XDSRepositoryError)$/)
      assert.equal(center.spool.slots.length, slots)
      assert.deepEqual(await center.ledger.studies(10), [])
    })

  it("is refused a ZIP whose DICOMDIR names what is not in it", async () => {
    await sent()
    writeFileSync(join(folder, "study.zip"), zipIn(line.heard[0]!))
    run("zip", ["-q", "-d", "study.zip", "DICOM/I0000002"], folder)
    const zip = readFileSync(join(folder, "study.zip"))
    assert.equal(await bring([zipDocument(zip)], "P1"), "Failure InvalidDocumentContent")
  })
})
