import assert from "node:assert/strict"
import fc from "fast-check"
import { attributeOf, childOf, readXml } from "../../../gateway/standards/xml/reader.ts"
import { element, verbatim, xml, xmlDocument } from "../../../gateway/standards/xml/writer.ts"

/** Any string XML 1.0 can carry. */
const carried = fc
  .string({ unit: "binary" })
  .map((text) => text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ""))

describe("XML writer", () => {
  it("gives back every text and attribute value when parsed again", () => {
    fc.assert(
      fc.property(carried, carried, (text, value) => {
        const root = readXml(xmlDocument(element("a:b", { "xmlns:a": "urn:a", c: value }, text)))
        assert.equal(root.text, text)
        assert.equal(attributeOf(root, "c"), value)
        assert.equal(root.namespace, "urn:a")
      }),
    )
  })

  it("escapes template values wherever they stand", () => {
    fc.assert(
      fc.property(carried, carried, (text, value) => {
        const root = readXml(xml`<a b="${value}"><c>${text}</c></a>`.text)
        assert.equal(childOf(root, "", "c")?.text, text)
        assert.equal(attributeOf(root, "b"), value)
      }),
    )
  })

  it("leaves no trace of absent values and closes empty elements", () => {
    const written = element("a", { b: null, c: undefined, d: 0, e: false }, null, undefined, false, [])
    assert.equal(written.text, '<a d="0" e="false"/>')
  })

  it("nests markup and lists without escaping them twice", () => {
    const inner = [element("b"), xml`<c>${"x & y"}</c>`, verbatim("<d/>")]
    assert.equal(xml`<a>${inner}${1}</a>`.text, "<a><b/><c>x &amp; y</c><d/>1</a>")
  })

  it("refuses what XML cannot carry", () => {
    for (const text of ["\0", "\u0008", "\uFFFE", "\uD800", "a\uDC00b"])
      assert.throws(() => element("a", {}, text), { code: "XML_CHARACTER" }, JSON.stringify(text))
    for (const name of ["", "a b", "1a", "a:b:c", "a>"])
      assert.throws(() => element(name), { code: "XML_NAME" }, name)
  })
})
