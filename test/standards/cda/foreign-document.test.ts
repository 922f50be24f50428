import assert from "node:assert/strict"
import { MAX_TEXT_LENGTH, readForeignDocument } from "../../../gateway/standards/cda/foreign-document.ts"
import { foreignCda, STRUCTURED_BODY, wrapped } from "./foreign-cda.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted
const read = (body: string) => readForeignDocument(foreignCda({ body }))

describe("a clinical document of another make", () => {
  it("gives out the PDF that is wrapped in it, octet for octet", () => {
    const pdf = Buffer.from("%PDF-1.7\n\u0000\u00ff".repeat(500), "latin1")
    const { body, patientIds } = read(wrapped(pdf))
    assert.deepEqual(patientIds, [{ root: "1.2.3", extension: "P1" }])
    assert.ok(body.kind === "pdf")
    assert.deepEqual(Buffer.from(body.bytes), pdf)
  })

  it("gives out the text that is wrapped in it", () => {
    const { body } = read(wrapped(Buffer.from("所見\r\n正常\u202E\u0007です"), "text/plain; charset=UTF-8"))
    assert.deepEqual(body, { kind: "text", text: "所見\n正常です" })
    const plain = read("<nonXMLBody><text>Normal.</text></nonXMLBody>").body
    assert.deepEqual(plain, { kind: "text", text: "Normal." })
  })

  it("is read section by section as text, whatever markup is in it", () => {
    assert.deepEqual(read(STRUCTURED_BODY).body, {
      kind: "text",
      text: [
        "Technique\nT2 axial.\nNo contrast.",
        "Findings\nA mass of 12 mm < 15 mm.\nleft frontal\nno shift\nSize\u300012 mm\nEdge\u3000sharp\nalert(1)",
        "Liver\nNormal.",
      ].join("\n\n"),
    })
  })

  it("is refused when nobody can say whose it is, or what it says", () => {
    const none = foreignCda({ body: STRUCTURED_BODY })
      .toString()
      .replace(/<recordTarget>[^]*<\/recordTarget>/, "")
    assert.throws(() => readForeignDocument(Buffer.from(none)), code("REPORT_INVALID"))
    assert.throws(() => readForeignDocument(Buffer.from("<a/>")), code("REPORT_NOT_CDA"))
    assert.throws(() => read("<structuredBody/>"), code("REPORT_INCOMPLETE"))
    assert.throws(() => read(wrapped(Buffer.from([0xff, 0xfe]), "text/plain")), code("REPORT_INVALID"))
    assert.throws(() => read(wrapped(Buffer.from("x"), "text/html")), code("REPORT_INVALID"))
    assert.throws(
      () => read(wrapped(Buffer.from("x"), "application/pdf").replace("eA==", "e!")),
      code("BASE64_MALFORMED"),
    )
    const long = Buffer.alloc(MAX_TEXT_LENGTH + 1, "x")
    assert.throws(() => read(wrapped(long, "text/plain")), code("REPORT_INVALID"))
  })

  it("expands no entity and reads no document type", () => {
    const xml = foreignCda({ body: STRUCTURED_BODY })
      .toString()
      .replace("<ClinicalDocument", '<!DOCTYPE x [<!ENTITY e "x">]>\n<ClinicalDocument')
    assert.throws(() => readForeignDocument(Buffer.from(xml)), { name: "Malformed" })
  })
})
