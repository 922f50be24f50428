/** Images to a partner's DICOMweb: Orthanc with its DICOMweb plugin, behind a door of mutual TLS that can be told to misbehave. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { storeSource } from "../../../gateway/actors/document-source/store-source.ts"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import type { OutboundDocument } from "../../../gateway/journey/ports/outside.ts"
import type { RegistryResponse } from "../../../gateway/standards/xds/registry-response.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"
import { writeStudy, type SmallStudy } from "../../peers/dicom-study.ts"
import { Orthanc } from "../../peers/orthanc.ts"
import { freePort } from "../../peers/storescp.ts"
import { sampleSubmission } from "../../standards/xds/sample-submission.ts"
import { callingAs, makePeople, type People } from "../two-sides.ts"

const PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
const SLICES = 60

/** What is answered instead of Orthanc, once. */
interface Misbehaviour {
  readonly status: number
  readonly body?: string
}

describe("STOW-RS to a partner's DICOMweb", function () {
  this.timeout(60_000)
  let people: People
  let orthanc: Orthanc
  let door: Server
  let folder: string
  let study: SmallStudy
  /** Requests that came to the door: parts in each, and what it said. */
  let seen: { readonly parts: number; readonly contentType: string; readonly accept: string }[] = []
  let instead: Misbehaviour[] = []
  /** What was opened, in the order in which it is to go. */
  const opened: (() => unknown)[] = []

  before(async function () {
    if (!existsSync(PLUGIN)) {
      console.log("      skipped: Orthanc's DICOMweb plugin is not here (orthanc-dicomweb)")
      this.skip()
    }
    people = makePeople()
    folder = mkdtempSync(join(tmpdir(), "dokuei-stow-"))
    opened.push(() => rmSync(folder, { recursive: true }))
    orthanc = await Orthanc.open({ config: { Plugins: [PLUGIN] } })
    opened.unshift(() => orthanc.close())
    door = createServer(
      {
        key: people.center.keyPem,
        cert: people.center.chainPem,
        ca: people.caPem,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        const pieces: Buffer[] = []
        request.on("data", (piece: Buffer) => pieces.push(piece))
        request.on("end", () => {
          const body = Buffer.concat(pieces)
          const parts = body.toString("latin1").split("Content-Type: application/dicom\r\n").length - 1
          seen.push({
            parts,
            contentType: request.headers["content-type"] ?? "",
            accept: request.headers.accept ?? "",
          })
          const other = instead.shift()
          if (other !== undefined) {
            response
              .writeHead(other.status, { "Content-Type": "application/dicom+json" })
              .end(other.body ?? "")
            return
          }
          const headers = Object.fromEntries(
            Object.entries(request.headers).filter(([name]) => name !== "host" && name !== "expect"),
          )
          const onward = httpRequest(
            { port: orthanc.httpPort, path: request.url, method: "POST", headers },
            (answer) => {
              response.writeHead(answer.statusCode ?? 0, answer.headers)
              answer.pipe(response)
            },
          )
          onward.end(body)
        })
      },
    )
    opened.unshift(() => door.close())
    door.listen(0, "127.0.0.1")
    await once(door, "listening")
  })
  after(async () => {
    for (const each of opened) await each()
  })
  beforeEach(() => {
    seen = []
    instead = []
    const PatientName = Buffer.from("Yamada^Tarou")
    study = writeStudy(mkdtempSync(join(folder, "study-")), {
      PatientID: "STOW",
      PatientName,
      slices: SLICES,
      rows: 16,
    })
  })

  const uids = (): string[] => study.instances.map(({ SOPInstanceUID }) => SOPInstanceUID)

  function sent(): { readonly submission: Submission; readonly documents: readonly OutboundDocument[] } {
    const files = study.instances.map(({ file }) => readFileSync(file))
    const { documentEntries, ...rest } = sampleSubmission(
      files,
      `2.25.${Date.now()}${Math.floor(Math.random() * 1e6)}`,
    )
    const submission = {
      ...rest,
      documentEntries: documentEntries.map((entry, index) => ({ ...entry, uniqueId: uids()[index] ?? "" })),
    }
    const documents = submission.documentEntries.map(({ entryUUID }, index): OutboundDocument => ({
      entryUUID,
      lengthBytes: files[index]!.length,
      async *open() {
        yield await Promise.resolve(files[index]!)
      },
    }))
    return { submission, documents }
  }

  const source = (pin = pinOf(people.center.x509)) =>
    storeSource(() => ({
      url: `https://127.0.0.1:${(door.address() as AddressInfo).port}/dicom-web/`,
      tls: callingAs(people, people.hospital, pin),
    }))
  type Source = ReturnType<typeof source>
  const provide = (
    to: Source,
    { submission, documents }: ReturnType<typeof sent>,
    progress: number[] = [],
    before: number[] = [],
  ): Promise<RegistryResponse> =>
    to.provideAndRegister("archive", submission, documents, "urn:uuid:1", (bytes, bytesBefore = 0) => {
      progress.push(bytes)
      before.push(bytesBefore)
    })

  const answer = (stored: readonly string[], failed: readonly (readonly [string, number])[] = []): string =>
    JSON.stringify({
      "00081199": {
        vr: "SQ",
        Value: stored.map((uid) => ({
          "00081155": { vr: "UI", Value: [uid] },
          "00081196": { vr: "US", Value: [0xb000] },
        })),
      },
      "00081198": {
        vr: "SQ",
        Value: failed.map(([uid, reason]) => ({
          "00081155": { vr: "UI", Value: [uid] },
          "00081197": { vr: "US", Value: [reason] },
        })),
      },
    })
  const withCode =
    (code: string) =>
    (error: unknown): boolean =>
      error instanceof SubmissionError && error.code === code

  it("stores every image in bounded requests, one image a part, and again as if for the first time", async () => {
    const sending = sent()
    const progress: number[] = []
    const to = source()
    assert.deepEqual(await provide(to, sending, progress), { status: "Success", errors: [] })
    assert.deepEqual(
      seen.map(({ parts }) => parts),
      [50, 10],
    )
    assert.match(
      seen[0]!.contentType,
      /^multipart\/related; type="application\/dicom"; boundary=[0-9a-f]{48}$/,
    )
    assert.equal(seen[0]!.accept, "application/dicom+json")
    assert.ok(progress.at(-1)! >= sending.documents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0))
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    )
    const there = await orthanc.files()
    const found = there.map((file) => file.toString("base64"))
    for (const { file } of study.instances)
      assert.ok(found.includes(readFileSync(file).toString("base64")), file)
    assert.equal((await provide(to, sending)).status, "Success", "what the archive has counts as stored")
  })

  it("sends again only what was not stored, when the archive has no room for the others", async () => {
    study = { ...study, instances: study.instances.slice(0, 3) }
    const [a, b, c] = uids() as [string, string, string]
    const to = source()
    const sending = sent()
    instead = [
      {
        status: 202,
        body: answer(
          [a],
          [
            [b, 0xa700],
            [c, 0x0110],
          ],
        ),
      },
    ]
    await assert.rejects(provide(to, sending), withCode("ERR_SUBMISSION_BUSY"))
    const before: number[] = []
    assert.equal((await provide(to, sending, [], before)).status, "Success")
    assert.deepEqual(
      seen.map(({ parts }) => parts),
      [3, 2],
    )
    assert.deepEqual([...new Set(before)], [sending.documents[0]!.lengthBytes], "it went before")
  })

  it("takes a warning and a duplicate for stored, and nothing else", async () => {
    study = { ...study, instances: study.instances.slice(0, 2) }
    const [a, b] = uids() as [string, string]
    instead = [{ status: 202, body: answer([a], [[b, 0x0111]]) }]
    assert.equal((await provide(source(), sent())).status, "Success")
    instead = [{ status: 200, body: answer([a]) }]
    await assert.rejects(provide(source(), sent()), withCode("ERR_SUBMISSION_UNANSWERED"))
    instead = [{ status: 200, body: "<html>" }]
    await assert.rejects(provide(source(), sent()), withCode("ERR_SUBMISSION_UNANSWERED"))
    instead = [{ status: 202, body: answer([a], [[b, 0xa900]]) }]
    assert.deepEqual(await provide(source(), sent()), {
      status: "Failure",
      errors: [{ errorCode: "A900H", codeContext: "", severity: "Error" }],
    })
  })

  it("gives up with an archive that answers twice and does not say what it stored; an answer that says starts anew", async () => {
    study = { ...study, instances: study.instances.slice(0, 2) }
    const [a, b] = uids() as [string, string]
    const to = source()
    const sending = sent()
    instead = [{ status: 200, body: "" }, { status: 200, body: answer([a]) }, { status: 502 }]
    while (instead.length > 0)
      await assert.rejects(provide(to, sending), withCode("ERR_SUBMISSION_UNANSWERED"))
    instead = [
      { status: 200, body: "{}" },
      { status: 202, body: "<html>" },
    ]
    await assert.rejects(provide(to, sending), withCode("ERR_SUBMISSION_UNANSWERED"))
    const given = await provide(to, sending)
    assert.deepEqual(
      [given.status, given.errors.map(({ errorCode }) => errorCode)],
      ["Failure", ["HTTP 202 without a list of what is stored"]],
    )
    // A person had it corrected, and sends it again.
    instead = [{ status: 200, body: answer([b]) }]
    assert.equal((await provide(to, sending)).status, "Success")
  })

  it("sends less at a time when a request is too large, and gives up an image that is", async () => {
    study = { ...study, instances: study.instances.slice(0, 3) }
    instead = [{ status: 413 }]
    assert.equal((await provide(source(), sent())).status, "Success")
    assert.deepEqual(
      seen.map(({ parts }) => parts),
      [3, 2, 1],
    )
    study = { ...study, instances: study.instances.slice(0, 1) }
    instead = [{ status: 413 }]
    assert.deepEqual(
      (await provide(source(), sent())).errors.map(({ errorCode }) => errorCode),
      ["HTTP 413"],
    )
  })

  it("knows what passes from what does not", async () => {
    study = { ...study, instances: study.instances.slice(0, 1) }
    for (const status of [429, 500, 503]) {
      instead = [{ status }]
      await assert.rejects(provide(source(), sent()), withCode("ERR_SUBMISSION_BUSY"))
    }
    instead = [{ status: 502 }]
    await assert.rejects(provide(source(), sent()), withCode("ERR_SUBMISSION_UNANSWERED"))
    for (const status of [302, 400, 401, 403, 404, 409, 415]) {
      instead = [{ status }]
      assert.equal((await provide(source(), sent())).errors[0]?.errorCode, `HTTP ${status}`)
    }
  })

  it("speaks to the pinned server alone, and tells of no connection as of any line", async () => {
    await assert.rejects(provide(source("0".repeat(64)), sent()), withCode("ERR_SUBMISSION_TLS"))
    assert.deepEqual(seen, [])
    const nowhere = await freePort()
    const away = storeSource(() => ({
      url: `https://127.0.0.1:${nowhere}/`,
      tls: callingAs(people, people.hospital),
    }))
    await assert.rejects(provide(away, sent()), withCode("ERR_SUBMISSION_UNREACHABLE"))
  })
})
