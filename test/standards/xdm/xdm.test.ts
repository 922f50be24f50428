import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { documentFile, resolveUri, subsetFolder } from "../../../gateway/standards/xdm/layout.ts"
import { writeIndexPage } from "../../../gateway/standards/xdm/index-page.ts"
import { readMetadataFile, writeMetadataFile } from "../../../gateway/standards/xdm/metadata-file.ts"
import { writeReadme } from "../../../gateway/standards/xdm/readme.ts"
import { withoutPatient } from "../../../gateway/standards/xdm/without-patient.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { schemaFaults, schemaOr } from "../../peers/schemas.ts"
import { sampleSubmission } from "../xds/sample-submission.ts"

const MAKER = {
  institution: "みほん <市民> 病院",
  contact: "内線 1",
  product: "Dokuei",
  version: "1",
  vendor: "Dokuei",
}
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")
const octets = (some: string): Uint8Array => new TextEncoder().encode(some)
const coded =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof Malformed && error.code === code

describe("the metadata file of a submission set on a medium", () => {
  const submission = sampleSubmission([octets("a"), octets("b")])
  const uriOf = ({ entryUUID }: { readonly entryUUID: string }): string => `DOC-${entryUUID.slice(-2)}.XML`
  const file = writeMetadataFile(submission, uriOf)

  it("comes back as it was, with the place of each document", () => {
    const read = readMetadataFile(file)
    assert.deepEqual(read.submission, submission)
    const [first] = submission.documentEntries
    assert.equal(read.uris.get(first!.entryUUID), uriOf(first!))
    assert.equal(read.uris.size, 2)
  })

  it("is read in pieces of a long URI, and inside an ITI-41 request, as some creators write it", () => {
    const long = text(file).replace(
      /<rim:Value>DOC-\w\w\.XML</,
      "<rim:Value>2|.XML</rim:Value><rim:Value>1|FILE<",
    )
    assert.equal([...readMetadataFile(octets(long)).uris.values()].includes("FILE.XML"), true)
    const request = text(file)
      .replace(
        "<lcm:Submit",
        '<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007"><lcm:Submit',
      )
      .replace(
        "</lcm:SubmitObjectsRequest>",
        "</lcm:SubmitObjectsRequest></x:ProvideAndRegisterDocumentSetRequest>",
      )
    assert.equal(readMetadataFile(octets(request)).submission.documentEntries.length, 2)
  })

  it("is refused when it holds none, two, a document type, or is no XML", () => {
    assert.throws(() => readMetadataFile(octets("<a/>")), coded("XDM_METADATA"))
    const twice = `<a>${text(file)
      .replace(/^<\?.*\?>/, "")
      .repeat(2)}</a>`
    assert.throws(() => readMetadataFile(octets(twice)), coded("XDM_METADATA"))
    assert.throws(
      () => readMetadataFile(octets(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`)),
      coded("XML_DOCTYPE"),
    )
    assert.throws(() => readMetadataFile(octets("PK\u0003\u0004")), Malformed)
  })

  it("is refused when it is a bomb: nesting, elements, length", () => {
    const limits = {
      maxLength: 10_000,
      maxElements: 50,
      maxDepth: 10,
      maxAttributes: 5,
      maxNameLength: 50,
      maxTextLength: 500,
    }
    assert.throws(() => readMetadataFile(octets("<a>".repeat(20)), limits), coded("XML_TOO_DEEP"))
    assert.throws(
      () => readMetadataFile(octets(`<a>${"<b/>".repeat(60)}</a>`), limits),
      coded("XML_TOO_MANY_ELEMENTS"),
    )
    assert.throws(
      () => readMetadataFile(octets(`<a>${" ".repeat(20_000)}</a>`), limits),
      coded("XML_TOO_LONG"),
    )
  })

  it("tells nobody who it is about, and is legal without", function () {
    const bare = writeMetadataFile(withoutPatient(submission), uriOf)
    const [entry] = submission.documentEntries
    const secrets = [entry!.patientId!, ...entry!.sourcePatientInfo, ...entry!.referenceIdList]
    for (const secret of secrets) assert.ok(!text(bare).includes(secret.replaceAll("&", "&amp;")), secret)
    const read = readMetadataFile(bare).submission
    assert.equal(read.documentEntries[0]?.hash, entry!.hash)
    assert.equal(read.submissionSet.limitedMetadata, true)
    const schema = schemaOr(this, "lcm", 2)
    assert.deepEqual(schemaFaults(schema, [text(file), text(bare)]), [])
  })
})

describe("names on a medium", () => {
  it("are of ISO 9660 level 1, and in their order", () => {
    assert.deepEqual(
      [subsetFolder(1, 99), subsetFolder(99, 99), subsetFolder(1, 100)],
      ["SUBSET01", "SUBSET99", "SUB00001"],
    )
    for (const type of [
      "application/dicom",
      "application/pkcs7-mime",
      "application/pdf",
      "text/xml",
      "application/zip",
      "x/y",
    ])
      assert.match(documentFile(4000, type), /^[A-Z0-9_]{8}(\.[A-Z0-9]{3})?$/)
  })

  it("lead from a folder to a file of the medium, and never off it", () => {
    const folder = ["IHE_XDM", "SUBSET01"]
    assert.deepEqual(resolveUri(folder, "DOC00001.XML"), [...folder, "DOC00001.XML"])
    assert.deepEqual(resolveUri(folder, "./A%20B/C.XML"), [...folder, "A B", "C.XML"])
    assert.deepEqual(resolveUri(folder, "..\\..\\DICOM/IM1"), ["DICOM", "IM1"])
    for (const uri of [
      "",
      "../../../etc/passwd",
      "..%2f..%2f..%2fetc%2fpasswd",
      "..\\..\\..\\x",
      "/etc/passwd",
      "\\\\host\\share",
      "C:\\x",
      "file:///etc/passwd",
      "https://example.jp/x",
      "a\0b",
      "a%00b",
      "../..",
      "a/".repeat(40),
      "x".repeat(2000),
    ])
      assert.throws(() => resolveUri(folder, uri), coded("XDM_URI"), uri)
    assert.deepEqual(resolveUri(folder, "100%.XML"), [...folder, "100%.XML"], "what is no escape is itself")
  })
})

describe("what a medium says of itself", () => {
  const page = text(
    writeIndexPage(MAKER, [
      {
        folder: "SUBSET01",
        title: "<Study>",
        submissionTime: "20261126013000",
        recipient: "架空",
        patient: null,
        documents: [{ file: "DOC00001.P7M", mimeType: "application/pkcs7-mime", size: 2049 }],
      },
    ]),
  )

  it("is XHTML that links to its files", () => {
    const { status, stderr } = spawnSync("xmllint", ["--nonet", "--noout", "--nodefdtd", "-"], {
      input: page,
      encoding: "utf8",
    })
    assert.equal(status, 0, stderr)
    assert.match(page, /<!DOCTYPE html PUBLIC "-\/\/W3C\/\/DTD XHTML Basic 1\.0\/\/EN"/)
    assert.match(page, /<a href="README\.TXT">/)
    assert.match(
      page,
      /<a href="IHE_XDM\/SUBSET01\/DOC00001\.P7M">DOC00001\.P7M<\/a> application\/pkcs7-mime, 3 KiB/,
    )
    assert.match(page, /2026-11-26 01:30 UTC → 架空/)
    assert.match(page, /みほん &lt;市民&gt; 病院/)
  })

  it("tells who made it, and with what", () => {
    const readme = text(writeReadme(MAKER))
    for (const part of [MAKER.institution, MAKER.contact, "Dokuei 1", "METADATA.P7M"])
      assert.ok(readme.includes(part), part)
    assert.ok(readme.split("\n").every((line) => line === "" || line.endsWith("\r")))
  })
})
