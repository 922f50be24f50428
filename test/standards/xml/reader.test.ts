import assert from "node:assert/strict"
import fc from "fast-check"
import { XML_LIMITS } from "../../../gateway/standards/xml/limits.ts"
import { attributeOf, childrenOf, readXml, textOf } from "../../../gateway/standards/xml/reader.ts"
import { XML_NAMESPACE, XmlStream } from "../../../gateway/standards/xml/stream.ts"

const utf16 = (text: string, bigEndian: boolean, mark: boolean): Uint8Array => {
  const bytes = Buffer.from((mark ? "\uFEFF" : "") + text, "utf16le")
  return bigEndian ? bytes.swap16() : bytes
}

/** What a handler sees when the bytes come in pieces of the given sizes. */
function streamed(
  source: string,
  cuts: readonly number[],
  streamOf: string,
): { texts: string[]; all: string } {
  const texts: string[] = []
  const stream = new XmlStream(
    { ...XML_LIMITS, maxTextLength: 100 },
    {
      open: (tag) => (tag.local === streamOf ? "stream" : undefined),
      text: (text) => void texts.push(text),
      close: () => undefined,
    },
  )
  const bytes = Buffer.from(source)
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    stream.write(bytes.subarray(from, Math.max(from, cut)))
    from = Math.max(from, cut)
  }
  stream.end()
  return { texts, all: texts.join("") }
}

describe("XML reader", () => {
  it("resolves namespaces of elements and attributes", () => {
    const root = readXml('<p:a xmlns:p="urn:p" x="1" p:x="2" xml:lang="ja"><b xmlns="urn:b"/><b/></p:a>')
    assert.deepEqual([root.name, root.namespace, root.local], ["p:a", "urn:p", "a"])
    assert.deepEqual(
      [attributeOf(root, "x"), attributeOf(root, "x", "urn:p"), attributeOf(root, "y")],
      ["1", "2", null],
    )
    assert.equal(attributeOf(root, "lang", XML_NAMESPACE), "ja")
    assert.equal(childrenOf(root, "urn:b", "b").length, 1)
    assert.equal(root.attributes.size, 3)
  })

  it("keeps mixed content in order, CDATA as text", () => {
    const root = readXml("<a>1<b>2</b>&lt;3<![CDATA[<4>]]></a>")
    assert.deepEqual(
      root.nodes.map((node) => (typeof node === "string" ? node : node.local)),
      ["1", "b", "<3", "<4>"],
    )
    assert.equal(root.text, "1<3<4>")
    assert.equal(textOf(root), "12<3<4>")
  })

  it("reads UTF-8 and UTF-16 with or without mark", () => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><a>山田 髙</a>'
    for (const [bigEndian, mark] of [
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ] as const)
      assert.equal(readXml(utf16(text, bigEndian, mark)).text, "山田 髙")
    assert.equal(readXml("\uFEFF<a>山</a>").text, "山")
  })

  const museum: readonly (readonly [string, string, string | Uint8Array])[] = [
    ["a document type", "XML_DOCTYPE", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["an external document type", "XML_DOCTYPE", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ["an unknown entity", "XML_NOT_WELL_FORMED", "<a>&b;</a>"],
    ["an unbound prefix", "XML_NOT_WELL_FORMED", "<p:a/>"],
    ["a duplicate attribute", "XML_NOT_WELL_FORMED", '<a b="1" b="2"/>'],
    [
      "a duplicate expanded attribute name",
      "XML_NOT_WELL_FORMED",
      '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
    ],
    ["a local name that is none", "XML_NOT_WELL_FORMED", '<p:1 xmlns:p="u"/>'],
    ["a local name of an attribute that is none", "XML_NOT_WELL_FORMED", '<a xmlns:p="u" p:-b=""/>'],
    ["two roots", "XML_NOT_WELL_FORMED", "<a/><b/>"],
    ["no root", "XML_NOT_WELL_FORMED", ""],
    ["an open element", "XML_NOT_WELL_FORMED", "<a><b></b>"],
    ["a crossed tag", "XML_NOT_WELL_FORMED", "<a><b></a></b>"],
    ["text after the root", "XML_NOT_WELL_FORMED", "<a/>x"],
    ["a second byte order mark", "XML_NOT_WELL_FORMED", "\uFEFF\uFEFF<a/>"],
    ["NUL", "XML_NOT_WELL_FORMED", "<a>\0</a>"],
    ["wrong UTF-8", "XML_ENCODING", Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c])],
    ["overlong UTF-8", "XML_ENCODING", Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c])],
    ["UTF-8 cut in a character", "XML_ENCODING", Buffer.from([0x3c, 0x61, 0x3e, 0xe5])],
    ["another declared encoding", "XML_ENCODING", '<?xml version="1.0" encoding="Shift_JIS"?><a/>'],
    ["UTF-7 as declared", "XML_ENCODING", '<?xml version="1.0" encoding="UTF-7"?><a/>'],
    ["XML 1.1", "XML_VERSION", '<?xml version="1.1"?><a/>'],
    ["UTF-16 without mark and declaration", "XML_NOT_WELL_FORMED", Buffer.from("<a/>", "utf16le")],
    ["UTF-16 said in UTF-8", "XML_ENCODING", '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ["deep nesting", "XML_TOO_DEEP", "<a>".repeat(50_000)],
    [
      "many attributes",
      "XML_TOO_MANY_ATTRIBUTES",
      `<a ${Array.from({ length: 129 }, (_, i) => `b${i}="1"`).join(" ")}/>`,
    ],
    ["a long name", "XML_NAME_TOO_LONG", `<${"a".repeat(513)}/>`],
    ["a long attribute name", "XML_NAME_TOO_LONG", `<a ${"b".repeat(513)}="1"/>`],
    ["a long text", "XML_TEXT_TOO_LONG", `<a>${"b".repeat(1024 * 1024 + 1)}</a>`],
    ["a long attribute value", "XML_TEXT_TOO_LONG", `<a b="${"c".repeat(1024 * 1024 + 1)}"/>`],
    ["many elements", "XML_TOO_MANY_ELEMENTS", `<a>${"<b/>".repeat(200_000)}</a>`],
    ["a long message", "XML_TOO_LONG", `<a>${`<b>${" ".repeat(1024 * 1024)}</b>`.repeat(8)}</a>`],
  ]
  for (const [what, code, source] of museum)
    it(`refuses ${what}`, () => assert.throws(() => readXml(source), { code }))
})

describe("XML stream", () => {
  it("hands out a streamed text in pieces, over the text limit, wherever the bytes are cut", () => {
    const octets = "QUJD".repeat(500)
    const source = `<?xml version="1.0"?><r><d a="x>y"> ${octets}</d><e>&amp;髙</e><d/></r>`
    fc.assert(
      fc.property(fc.array(fc.nat(source.length + 2), { maxLength: 20 }), (cuts) => {
        const { all } = streamed(
          source,
          cuts.toSorted((a, b) => a - b),
          "d",
        )
        assert.equal(all, ` ${octets}&髙`)
      }),
    )
  })

  it("does not wait for the end of a streamed text", () => {
    const { texts } = streamed(`<d>${"A".repeat(90)}</d>`, [10, 20, 30], "d")
    assert.equal(texts.length, 4)
  })

  it("refuses references in a streamed text", () => {
    assert.throws(() => streamed("<d>AA&#65;</d>", [], "d"), { code: "XML_REFERENCE_IN_OCTETS" })
  })
})
