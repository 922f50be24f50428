/**
 * The reference messages of other stacks that are no ITI-41 requests, each given to whoever would read it here; and that
 * between these and `document-recipient/samples.test.ts` no file is left out.
 */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { interpret } from "../../gateway/actors/document-source/interpret.ts"
import { checkMedium } from "../../gateway/commands/media/check.ts"
import { syslogFrame } from "../../gateway/standards/atna/syslog.ts"
import { readManifest } from "../../gateway/standards/dicom/kos.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import { verifyAssertion } from "../../gateway/standards/saml/verify-assertion.ts"
import { writeResponse } from "../../gateway/standards/soap/envelope-writer.ts"
import { SecurityFault } from "../../gateway/standards/soap/fault.ts"
import { readMetadataFile } from "../../gateway/standards/xdm/metadata-file.ts"
import { PROVIDE_AND_REGISTER_RESPONSE } from "../../gateway/standards/xds/provide-and-register.ts"
import { verbatim } from "../../gateway/standards/xml/writer.ts"
import { SubmissionError } from "../../gateway/journey/errors.ts"
import { schemaFaults, schemaOr } from "../peers/schemas.ts"
import { header, institution, type Institution, NOW } from "../standards/saml/world.ts"
import { SHARED } from "./document-recipient/captured.ts"
import { OTHER_SAMPLE_ROWS, rowTests, SAMPLE_ROWS } from "./wire-rows.ts"

const FOLDER = path.join(SHARED, "ihe/samples")
const bytesOf = (name: string): Buffer => readFileSync(path.join(FOLDER, name))
const textOf = (name: string): string => bytesOf(name).toString("utf8")
const isNote = (name: string): boolean => /(^|\/)README\.md$|\.header\.txt$/.test(name)

/** Keys with `*` stand for what no key names in full. */
function filesOf(key: string): readonly string[] {
  if (!key.includes("*")) return [key]
  const pattern = new RegExp(`^${key.replaceAll(".", "\\.").replace("*", "[^/]*")}$`)
  return samples().filter((name) => pattern.test(name) && !Object.hasOwn(OTHER_SAMPLE_ROWS, name))
}

const samples = (): readonly string[] =>
  readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => path.relative(FOLDER, path.join(parentPath, name)))
    .filter((name) => !isNote(name))

describe("Messages of other stacks that are no requests", () => {
  let center: Institution
  before(async function () {
    if (SHARED === "") {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no samples")
      this.skip()
    }
    center = await institution()
  })
  const { row, untested } = rowTests(OTHER_SAMPLE_ROWS)

  /** As the row says, of every file it stands for. */
  function told(
    key: keyof typeof OTHER_SAMPLE_ROWS,
    judge: (name: string, test: Mocha.Context) => string | Promise<string>,
  ): void {
    const { answer } = OTHER_SAMPLE_ROWS[key]
    row(key, async function (this: Mocha.Context) {
      const names = filesOf(key)
      assert.ok(names.length > 0)
      for (const name of names) {
        const said = await judge(name, this)
        const [first = ""] = answer.split(/[`,:;]/)
        assert.ok(said.startsWith(first.trim()), `${name}: ${said}`)
        for (const [, word = ""] of answer.matchAll(/`([^`]+)`/g)) assert.ok(said.includes(word), said)
      }
    })
  }

  const inEnvelope = (xml: string): string =>
    /:Envelope\b/.test(xml)
      ? xml
      : writeResponse(
          PROVIDE_AND_REGISTER_RESPONSE,
          "urn:uuid:1",
          verbatim(xml.replace(/^<\?xml.*?\?>/s, "")),
        )

  function answered(contentType: string, body: Buffer): string {
    try {
      return interpret({ status: 200, contentType, body }).status
    } catch (error) {
      if (!(error instanceof SubmissionError)) throw error
      return `${error.code === "ERR_SUBMISSION_UNANSWERED" ? "unanswered" : "refused"}: ${error.message}`
    }
  }
  const answer = (name: string): string =>
    answered("application/soap+xml", Buffer.from(inEnvelope(textOf(name))))
  for (const key of [
    "response/soap-pnr-resp.xml",
    "response/soap-r-resp.xml",
    "response/regresp-fail-noerr.xml",
    "response/regresp-suc-err.xml",
    "constructed/iti41-response-success.xml",
    "constructed/iti41-response-success-warnings.xml",
    "constructed/iti41-response-failure.xml",
    "constructed/soap-fault-action-not-supported.xml",
    "query-retrieve/soap-ret-resp.xml",
    "query-retrieve/sq-resp-*.xml",
  ] as const)
    told(key, answer)
  told("constructed/iti41-response-success.mtom.http", (name) => {
    const [head = "", ...body] = textOf(name).split("\r\n\r\n")
    const contentType = /^Content-Type: *(.*)$/im.exec(head)![1]!
    return answered(contentType.trim(), Buffer.from(body.join("\r\n\r\n")))
  })

  told("query-retrieve/sq-req*.xml", (name) => {
    try {
      return `read: ${readMetadataFile(bytesOf(name)).submission.documentEntries.length}`
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      return `refused: ${error.code}`
    }
  })
  told("rad68/kos.dcm", (name) => {
    const images = readManifest(bytesOf(name)).studies.flatMap(({ series }) =>
      series.flatMap(({ instances }) => instances),
    )
    return `read: ${images.length}`
  })

  function believed(text: string): string {
    try {
      return verifyAssertion(text, center.trust, NOW).id
    } catch (error) {
      if (!(error instanceof SecurityFault)) throw error
      return `not believed: ${error.why}`
    }
  }
  told("saml/ipf-xua-assertion.xml", (name) => believed(header(textOf(name).replace(/^<\?xml.*?\?>/s, ""))))
  told("saml/ipf-saml2-assertion-for-xua.xml", (name) => believed(textOf(name)))

  told("xdm/toolkit2-MIE.zip", async (name) => {
    const folder = mkdtempSync(path.join(tmpdir(), "dokuei-xdm-"))
    try {
      execFileSync("unzip", ["-q", path.join(FOLDER, name), "-d", folder])
      return (await checkMedium(folder, { write: () => true })).report
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  const bySchema = (name: string, test: Mocha.Context): string =>
    schemaFaults(schemaOr(test, "audit", 1), [textOf(name)]).length === 0
      ? "valid by the schema"
      : "not valid by the schema"
  told("constructed/audit/*.xml", bySchema)
  told("audit/ipf-*.xml", bySchema)
  told("audit/ipf-atna-record-1.xml", bySchema)
  told("constructed/audit/rfc5425-frame.bin", (name) => {
    const wanted = bytesOf(name)
    const origin = { host: "edge01.hospital.example.jp", application: "gateway", processId: "4711" }
    const ours = syslogFrame(wanted.subarray(wanted.indexOf("<?xml")).toString("utf8"), origin)
    return wanted.equals(ours) ? "as ours" : "another"
  })

  it("leaves no row out", () => assert.deepEqual(untested(), []))
  it("leaves no file out", () => {
    const requests = Object.keys(SAMPLE_ROWS).map((key) => key.split(", ")[0]!)
    const named = new Set([...requests, ...Object.keys(OTHER_SAMPLE_ROWS).flatMap(filesOf)])
    assert.deepEqual(
      samples().filter((name) => !named.has(name)),
      [],
    )
  })
})
