import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { requestMessage } from "../../../gateway/actors/document-source/message.ts"
import { checkRequest, readAddressing } from "../../../gateway/standards/soap/addressing.ts"
import { readEnvelope } from "../../../gateway/standards/soap/envelope-reader.ts"
import { writeResponse } from "../../../gateway/standards/soap/envelope-writer.ts"
import { isFault, readFault, SoapFault, writeFault } from "../../../gateway/standards/soap/fault.ts"
import { FAULT_ACTION } from "../../../gateway/standards/soap/namespaces.ts"
import { XML_LIMITS } from "../../../gateway/standards/xml/limits.ts"
import { readXml } from "../../../gateway/standards/xml/reader.ts"
import { MetadataFault } from "../../../gateway/standards/xds/metadata-fault.ts"
import {
  PROVIDE_AND_REGISTER,
  PROVIDE_AND_REGISTER_RESPONSE,
} from "../../../gateway/standards/xds/provide-and-register.ts"
import { readRegistryResponse } from "../../../gateway/standards/xds/registry-response-reader.ts"
import { writeRegistryResponse } from "../../../gateway/standards/xds/registry-response-writer.ts"
import { readSubmission } from "../../../gateway/standards/xds/submission-reader.ts"
import { sampleSubmission, uuid } from "./sample-submission.ts"

const SHARED = process.env.DOKUEI_SHARED ?? ""
const skipWithout = (context: Mocha.Context): void => {
  if (SHARED !== "") return
  console.log("skipped: DOKUEI_SHARED is not set, so there are no IHE samples and schemas")
  context.skip()
}
const sample = (...names: readonly string[]): string =>
  readFileSync(path.join(SHARED, "ihe/samples", ...names), "utf8")
const envelope = (text: string) => readEnvelope(Buffer.from(text), XML_LIMITS)

/** All complaints of a sample, or none. */
function complaints(xml: string): readonly string[] {
  try {
    readSubmission(readXml(xml))
    return []
  } catch (error) {
    if (error instanceof MetadataFault) return error.complaints.map(({ codeContext }) => codeContext)
    throw error
  }
}

describe("IHE samples", () => {
  before(function () {
    skipWithout(this)
  })

  /** The samples use the OID 3.4.5, which is none; put right, only what they are about remains. */
  const legal = (xml: string): string => xml.replaceAll("&amp;3.4.5&amp;ISO", "&amp;1.3.4.5&amp;ISO")

  it("pnr.xml: an illegal OID is named", () => {
    const found = complaints(sample("iti41/pnr.xml"))
    assert.equal(found.length, 2)
    assert.ok(found.every((context) => context.includes("3.4.5")))
    assert.deepEqual(complaints(legal(sample("iti41/pnr.xml"))), [])
  })
  it("pnr-element-order.xml: read although the schema is broken", () => {
    assert.deepEqual(complaints(legal(sample("iti41/pnr-element-order.xml"))), [])
  })
  it("pnr-assoc-to-self.xml: refused", () => {
    assert.ok(
      complaints(legal(sample("iti41/pnr-assoc-to-self.xml"))).some((context) => context.includes("itself")),
    )
  })
  it("pnr-bad-uplink.xml: refused", () => {
    const [first] = complaints(legal(sample("iti41/pnr-bad-uplink.xml")))
    assert.ok(first?.includes("names another object"))
  })
  it("pnr-limited.xml: read as limited metadata, with all that may be absent absent", () => {
    const { submission, warnings } = readSubmission(readXml(sample("iti41/pnr-limited.xml")))
    const { submissionSet, documentEntries } = submission
    assert.deepEqual(warnings, [])
    assert.deepEqual([submissionSet.limitedMetadata, documentEntries[0]?.limitedMetadata], [true, true])
    assert.deepEqual([submissionSet.patientId, documentEntries[0]?.typeCode], [null, null])
  })
  it("soap-pnr.xml: the envelope is right", () => {
    const { headers, body } = envelope(sample("iti41/soap-pnr.xml"))
    checkRequest(readAddressing(headers), PROVIDE_AND_REGISTER)
    assert.equal(body.local, "ProvideAndRegisterDocumentSetRequest")
  })
  it("soap-noaction-pnr.xml and soap-pnr-soap-order.xml: a fault each", () => {
    const { headers } = envelope(sample("iti41/soap-noaction-pnr.xml"))
    assert.throws(() => checkRequest(readAddressing(headers), PROVIDE_AND_REGISTER), {
      code: "SOAP_MessageAddressingHeaderRequired",
    })
    assert.throws(() => envelope(sample("iti41/soap-pnr-soap-order.xml")), { code: "SOAP_Sender" })
  })

  /** The templates of OpenXDS with their placeholders filled in. */
  const filled = (name: string): string =>
    sample("associations", name)
      .replaceAll("$XDSDocumentEntry.uniqueId1", "1.2.3.5")
      .replaceAll("$XDSDocumentEntry.uniqueId", "1.2.3.4")
      .replaceAll("$XDSSubmissionSet.uniqueId", "1.2.3.6")
      .replaceAll("$patientId", "1^^^&amp;1.2.3&amp;ISO")
      .replaceAll(/targetObject="\$[^"]*_uuid"/g, `targetObject="${uuid(7)}"`)
  for (const [name, type] of [
    ["addendum", "APND"],
    ["replacement", "RPLC"],
    ["transformation", "XFRM"],
    ["trans_replace", "XFRM_RPLC"],
  ] as const)
    it(`openxds-document_${name}.xml: one ${type}`, () => {
      const { submission } = readSubmission(readXml(filled(`openxds-document_${name}.xml`)))
      assert.deepEqual(
        submission.associations.map((association) => association.type),
        [type],
      )
      assert.equal(submission.documentEntries.length, 1)
    })
  it("openxds-submit_*.xml: one and two documents", () => {
    assert.equal(
      readSubmission(readXml(filled("openxds-submit_document.xml"))).submission.documentEntries.length,
      1,
    )
    assert.equal(
      readSubmission(readXml(filled("openxds-submit_multiple_documents.xml"))).submission.documentEntries
        .length,
      2,
    )
  })
  it("rad68/kos-metadata.xml: a manifest, with a warning for its second author", () => {
    const { submission, warnings } = readSubmission(readXml(sample("rad68/kos-metadata.xml")))
    assert.equal(submission.documentEntries[0]?.formatCode?.code, "1.2.840.10008.5.1.4.1.1.88.59")
    assert.deepEqual(
      warnings.map(({ errorCode }) => errorCode),
      ["XDSExtraMetadataNotSaved"],
    )
  })
  it("constructed: an imaging request, read and written again, means the same", () => {
    const { submission } = readSubmission(readXml(sample("constructed/iti41-imaging-request.inline.xml")))
    assert.deepEqual([submission.documentEntries.length, submission.associations.length], [4, 3])
  })

  it("responses: judged by severity", () => {
    const response = (name: string) => readRegistryResponse(readXml(sample("response", name)))
    assert.equal(response("regresp-fail-noerr.xml").status, "Failure")
    assert.equal(response("regresp-suc-err.xml").status, "Failure")
    const inEnvelope = (...names: readonly string[]) => readRegistryResponse(envelope(sample(...names)).body)
    assert.equal(inEnvelope("response/soap-pnr-resp.xml").status, "Success")
    assert.equal(inEnvelope("constructed/iti41-response-success.xml").status, "Success")
    assert.ok(
      inEnvelope("constructed/iti41-response-success-warnings.xml").errors.every(
        ({ severity }) => severity === "Warning",
      ),
    )
    assert.equal(inEnvelope("constructed/iti41-response-failure.xml").status, "Failure")
    const fault = envelope(sample("constructed/soap-fault-action-not-supported.xml")).body
    assert.ok(isFault(fault))
    assert.deepEqual([readFault(fault).value, readFault(fault).subcode], ["Sender", "ActionNotSupported"])
  })
})

describe("what we emit, against the schemas of IHE", () => {
  let folder = ""
  before(function () {
    skipWithout(this)
    folder = mkdtempSync(path.join(tmpdir(), "dokuei-xsd-"))
  })
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true })
  })

  const validate = (xml: string): void => {
    const file = path.join(folder, "message.xml")
    const schema = path.join(SHARED, "ihe/schema/xds/all.xsd")
    writeFileSync(file, xml)
    execFileSync("xmllint", ["--nonet", "--noout", "--schema", schema, file], { stdio: "pipe" })
  }
  /** xds:Document is base64Binary in the schema: XOP stands for it on the wire. */
  const reinlined = (xml: string): string => xml.replaceAll(/<xop:Include [^>]*>/g, "AA==")

  const HEAD = { messageId: "urn:uuid:1", to: "https://x/", security: null }
  for (const count of [1, 500])
    it(`is valid for ${count} documents`, async () => {
      const submission = sampleSubmission(Array.from({ length: count }, () => Buffer.from("x")))
      const documents = submission.documentEntries.map(({ entryUUID }) => ({
        entryUUID,
        lengthBytes: 1,
        open: nothing,
      }))
      const [head] = await take(requestMessage(submission, documents, HEAD).pieces())
      const message = Buffer.from(head!).toString()
      validate(reinlined(message.slice(message.indexOf("<?xml"))))
    })
  it("is valid for responses and faults", () => {
    const errors = [{ errorCode: "XDSRepositoryError", codeContext: "x", severity: "Error" }] as const
    const response = (body: Parameters<typeof writeResponse>[2]) =>
      validate(writeResponse(PROVIDE_AND_REGISTER_RESPONSE, "urn:uuid:1", body))
    response(writeRegistryResponse({ status: "Success", errors: [] }))
    response(writeRegistryResponse({ status: "Failure", errors }))
    validate(writeResponse(FAULT_ACTION, "", writeFault(new SoapFault("Sender", "no", "ActionNotSupported"))))
  })
})

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(0))
}

async function take(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  for await (const piece of pieces) return [piece]
  return []
}
