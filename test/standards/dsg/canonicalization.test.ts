/** C14N 1.0, 1.1 and exclusive, as libxml2's own command has them; each as CanonicalizationMethod and as Transform. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { after, before, describe, it } from "mocha"
import fc from "fast-check"
import {
  C14N,
  C14N_11,
  C14N_11_WITH_COMMENTS,
  DS,
  EXC_C14N,
} from "../../../gateway/standards/dsg/algorithms.ts"
import {
  canonical,
  canonicalInTurn,
  childElements,
  onlyChild,
  withDocument,
} from "../../../gateway/standards/dsg/document.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { privateHalf } from "../../peers/authorities.ts"
import { Bench } from "../../peers/openssl.ts"
import { CLAIMED, type World, makeWorld, named } from "./world.ts"

const OPTIONS = { [C14N]: "--c14n", [C14N_11]: "--c14n11", [EXC_C14N]: "--exc-c14n" }
/** Documents where the three differ, or where one goes wrong easily. */
const HOSTILE = [
  `<a xmlns="urn:a" xmlns:b="urn:b" b:z='1' a='"&lt;&amp;&#xD;&#xA;&#9;'><b:c xmlns:b="urn:b2" xmlns=""><d/></b:c></a>`,
  `<a xml:lang="ja" xml:space="preserve" xml:id="x" xml:base="http://e/x/"><b xml:base="../y"> 髙&#x2028;𠮷 </b></a>`,
  `<n0:a xmlns:n0="urn:n" xmlns:n1="urn:n" n1:b="1" n0:c="2" d="3"/>`,
  `<a xmlns:x="urn:x"><x:b/><c xmlns:x="urn:y"><x:d x:e="1"/></c></a>`,
  `<a\txmlns:z="urn:z"\nxmlns:y="urn:y"  b = "1"   ><![CDATA[x]]></a>`.replace(/<!\[CDATA\[x\]\]>/, "&gt;x"),
]

describe("canonical XML of signature documents", () => {
  let world: World
  const bench = new Bench()
  before(async () => {
    world = await makeWorld()
  })
  after(() => {
    world.bench.remove()
    bench.remove()
  })

  function xmllintSays(xml: string, option: string): Buffer {
    bench.write("document.xml", xml)
    const { status, stdout, stderr } = bench.run("xmllint", "--nonet", option, "document.xml")
    assert.equal(status, 0, stderr)
    return stdout
  }

  it("is that of xmllint for documents in which the three algorithms differ", () => {
    for (const xml of HOSTILE)
      for (const [algorithm, option] of Object.entries(OPTIONS)) {
        const ours = withDocument(Buffer.from(xml), (root) => canonical(root, algorithm))
        assert.equal(Buffer.from(ours).toString(), xmllintSays(xml, option).toString(), `${option} ${xml}`)
      }
  })

  it("takes an element's name spaces and xml: attributes from where it stands", () => {
    const xml = `<a xmlns="urn:a" xmlns:b="urn:b" xml:lang="ja"><b:c><d/></b:c></a>`
    const inner = (algorithm: string) =>
      withDocument(Buffer.from(xml), (root) =>
        Buffer.from(canonical(childElements(childElements(root)[0]!)[0]!, algorithm)).toString(),
      )
    assert.equal(inner(C14N), `<d xmlns="urn:a" xmlns:b="urn:b" xml:lang="ja"></d>`)
    assert.equal(inner(C14N_11), `<d xmlns="urn:a" xmlns:b="urn:b" xml:lang="ja"></d>`)
    assert.equal(inner(EXC_C14N), `<d xmlns="urn:a"></d>`)
  })

  it("of two transforms is the second of what the first has written", () => {
    const xml = `<a xmlns="urn:a" xmlns:b="urn:b"><c/></a>`
    const twice = (algorithms: readonly string[]) =>
      withDocument(Buffer.from(xml), (root) =>
        Buffer.from(canonicalInTurn(childElements(root)[0]!, algorithms)).toString(),
      )
    assert.equal(twice([EXC_C14N, C14N]), `<c xmlns="urn:a"></c>`)
    assert.equal(twice([C14N, EXC_C14N]), `<c xmlns="urn:a"></c>`)
    assert.equal(twice([]), `<c xmlns="urn:a" xmlns:b="urn:b"></c>`)
  })

  it("is the same when it is made again, whatever the document", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "&", "<", '"', "\t", "\n", "\r", "髙", "𠮷") })
    fc.assert(
      fc.property(text, text, fc.constantFrom(...Object.keys(OPTIONS)), (value, content, algorithm) => {
        const escaped = (each: string) => each.replace(/[&<"\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`)
        const xml = `<a xmlns="urn:${algorithm.length}" b="${escaped(value)}">${escaped(content)}</a>`
        const once = withDocument(Buffer.from(xml), (root) => canonical(root, algorithm))
        const again = withDocument(once, (root) => canonical(root, algorithm))
        assert.deepEqual(Buffer.from(again), Buffer.from(once))
      }),
      { numRuns: 200 },
    )
  })

  it("is accepted as CanonicalizationMethod and as Transform, each of them", () => {
    for (const algorithm of [C14N, C14N_11, C14N_11_WITH_COMMENTS, EXC_C14N]) {
      const xml = world.sign(world.seal, { canonicalization: algorithm as typeof EXC_C14N })
      assert.equal(xml.toString().split(`Algorithm="${algorithm}"`).length, 5)
      const result = verifySignature(world.stamp(xml), CLAIMED, world.sealTrust, new Date())
      assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests))
    }
  })

  it("is inclusive 1.0 where a reference names none, and nothing but these is accepted", () => {
    const xml = world.sign(world.seal).toString()
    const transforms = /(<ds:Reference URI="#S-1-key">)<ds:Transforms>.*?<\/ds:Transforms>/
    const bare = xml.replace(transforms, "$1")
    const [digest, value] = withDocument(Buffer.from(bare), (root) => {
      const key = createHash("sha256")
        .update(canonical(onlyChild(root, DS, "KeyInfo"), C14N))
        .digest("base64")
      return [key, ""]
    })
    assert.equal(value, "")
    const redigested = bare.replace(/(URI="#S-1-key">.*?<ds:DigestValue>)[^<]*/, `$1${digest}`)
    const signedInfo = withDocument(Buffer.from(redigested), (root) =>
      canonical(onlyChild(root, DS, "SignedInfo"), EXC_C14N),
    )
    const signed = Buffer.from(privateHalf(world.seal.key).sign(signedInfo)).toString("base64")
    const resigned = redigested.replace(/(<ds:SignatureValue[^>]*>)[^<]*/, `$1${signed}`)
    const judge = (document: string) =>
      verifySignature(Buffer.from(document), CLAIMED, world.sealTrust, new Date())
    assert.deepEqual(named(judge(resigned), "fail"), [])
    for (const foreign of ["urn:c14n", "http://www.w3.org/2010/xml-c14n2", "constructor", "__proto__"]) {
      const { tests } = judge(
        xml.replace(`Method Algorithm="${EXC_C14N}"`, `Method Algorithm="${foreign}"`),
      ).verdict
      assert.match(tests[0]!.detail, /^CANONICALIZATION/)
    }
  })
})
