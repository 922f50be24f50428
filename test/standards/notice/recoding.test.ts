/** The recoding document: what is written is read, and nothing else is. */
import assert from "node:assert/strict"
import {
  readRecoding,
  writeRecoding,
  type RecodingDocument,
} from "../../../gateway/standards/notice/recoding.ts"

const hex = (digit: string): string => digit.repeat(64)
const DOCUMENT: RecodingDocument = {
  documentId: "2.25.7",
  StudyInstanceUID: "1.2.392.100495.77.7041",
  recoded: [
    {
      SOPInstanceUID: "1.2.3.4",
      sha256: hex("a"),
      original: {
        sha256: hex("b"),
        sha256DataSet: hex("c"),
        lengthBytes: 524_288,
        TransferSyntaxUID: "1.2.840.10008.1.2.1",
      },
    },
  ],
  asReceived: [{ SOPInstanceUID: "1.2.3.5", sha256: hex("d"), reason: "signatures" }],
}
const altered = (from: string, to: string): Uint8Array => {
  const xml = new TextDecoder().decode(writeRecoding(DOCUMENT))
  assert.ok(xml.includes(from))
  return new TextEncoder().encode(xml.replace(from, to))
}

describe("the recoding document", () => {
  it("is read as it was written, and equal values give equal bytes", () => {
    assert.deepEqual(readRecoding(writeRecoding(DOCUMENT)), DOCUMENT)
    assert.deepEqual(writeRecoding(DOCUMENT), writeRecoding({ ...DOCUMENT }))
    const empty = { ...DOCUMENT, recoded: [], asReceived: [] }
    assert.deepEqual(readRecoding(writeRecoding(empty)), empty)
  })

  it("carries a study of 4,000 images within the limits of a small message", () => {
    const recoded = Array.from({ length: 4000 }, (_, at) => ({
      ...DOCUMENT.recoded[0]!,
      SOPInstanceUID: `2.25.${at}`,
      sha256: at.toString(16).padStart(64, "0"),
    }))
    const bytes = writeRecoding({ ...DOCUMENT, recoded })
    assert.equal(readRecoding(bytes).recoded.length, 4000)
    assert.ok(bytes.length < 2_500_000)
  })

  it("refuses what it does not know, what is missing and what is named twice", () => {
    const refused = (from: string, to: string, code: string) =>
      assert.throws(() => readRecoding(altered(from, to)), { code })
    refused('reason="signatures"', 'reason="because"', "NOTICE_VALUE")
    refused(` reason="signatures"`, "", "NOTICE_INCOMPLETE")
    refused(hex("b"), hex("B"), "NOTICE_VALUE")
    refused('lengthBytes="524288"', 'lengthBytes="-1"', "NOTICE_VALUE")
    refused("urn:dokuei:recoding:1", "urn:dokuei:recoding:2", "NOTICE_UNKNOWN")
    refused("<AsReceived ", '<AsReceived lossy="true" ', "NOTICE_UNKNOWN")
    refused(hex("d"), hex("a"), "RECODING_REPEATED")
  })
})
