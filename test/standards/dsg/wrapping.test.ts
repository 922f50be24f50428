/** Signature wrapping: what was signed is moved aside, and something else stands where readers look. Eight ways, three documents. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import type { SignedDocument } from "../../../gateway/standards/dsg/sign.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { type World, makeWorld, sha256 } from "./world.ts"

const DOCUMENTS: Readonly<Record<string, SignedDocument>> = {
  "a CDA report": { uniqueId: "1.2.392.1", sha256: sha256("<ClinicalDocument/>"), mimeType: "text/xml" },
  "a manifest": { uniqueId: "1.2.392.2", sha256: sha256("KOS"), mimeType: "application/dicom" },
  "a request": { uniqueId: "1.2.392.3", sha256: sha256("request"), mimeType: "application/pdf" },
}
const EVIL_ID = "1.2.392.666"

/** The one element of this name, as it stands in the document. */
function part(xml: string, name: string): string {
  const [found] = new RegExp(`<${name}[ >].*?</${name}>`).exec(xml) ?? []
  assert(found !== undefined, name)
  return found
}
const put = (xml: string, from: string, to: string): string => {
  assert(xml.includes(from))
  return xml.replace(from, () => to)
}
/** Another document, under Ids nobody has signed. */
const evil = (markup: string, uniqueId: string): string =>
  markup.replaceAll(uniqueId, EVIL_ID).replaceAll('Id="S-1', 'Id="E-1')
const inUnsigned = (xml: string, markup: string): string =>
  put(
    xml,
    "</xades:QualifyingProperties>",
    `<xades:UnsignedProperties><xades:UnsignedSignatureProperties>${markup}</xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>`,
  )

type Attack = (xml: string, uniqueId: string) => string
const ATTACKS: readonly (readonly [string, string, Attack])[] = [
  [
    "the Manifest among the unsigned properties, another one in its place",
    "REFERENCE_POSITION",
    (xml, uniqueId) => {
      const manifest = part(xml, "ds:Manifest")
      return inUnsigned(put(xml, manifest, evil(manifest, uniqueId)), manifest)
    },
  ],
  [
    "a second Manifest before the signed one",
    "SIGNATURE_STRUCTURE",
    (xml, uniqueId) => {
      const manifest = part(xml, "ds:Manifest")
      return put(
        xml,
        `<ds:Object>${manifest}`,
        `<ds:Object>${evil(manifest, uniqueId)}</ds:Object><ds:Object>${manifest}`,
      )
    },
  ],
  [
    "the Manifest below a foreign element of its Object",
    "SIGNATURE_STRUCTURE",
    (xml, uniqueId) => {
      const manifest = part(xml, "ds:Manifest")
      return put(xml, manifest, `${evil(manifest, uniqueId)}<hidden>${manifest}</hidden>`)
    },
  ],
  [
    "SignedProperties among the unsigned ones, others in their place",
    "REFERENCE_POSITION",
    (xml, uniqueId) => {
      const properties = part(xml, "xades:SignedProperties")
      return inUnsigned(put(xml, properties, evil(properties, uniqueId)), properties)
    },
  ],
  [
    "a second QualifyingProperties",
    "SIGNATURE_STRUCTURE",
    (xml, uniqueId) => {
      const qualifying = part(xml, "xades:QualifyingProperties")
      return put(
        xml,
        "<ds:Object><xades:",
        `<ds:Object>${evil(qualifying, uniqueId)}</ds:Object><ds:Object><xades:`,
      )
    },
  ],
  [
    "the whole signature inside another one",
    "SIGNATURE_STRUCTURE",
    (xml, uniqueId) => {
      const signature = part(xml, "ds:Signature")
      const outer = evil(signature, uniqueId)
      return put(
        xml,
        signature,
        put(outer, "</ds:Signature>", `<ds:Object>${signature}</ds:Object></ds:Signature>`),
      )
    },
  ],
  [
    "a SignedInfo of its own before the signed one",
    "SIGNATURE_STRUCTURE",
    (xml, uniqueId) => {
      const signedInfo = part(xml, "ds:SignedInfo")
      return put(xml, signedInfo, evil(signedInfo, uniqueId) + signedInfo)
    },
  ],
  [
    "the Manifest's Id on another Manifest as well",
    "DUPLICATE_ID",
    (xml, uniqueId) => {
      const manifest = part(xml, "ds:Manifest")
      const twin = evil(manifest, uniqueId).replace('Id="E-1-manifest"', 'Id="S-1-manifest"')
      return put(xml, `<ds:Object>${manifest}`, `<ds:Object>${twin}</ds:Object><ds:Object>${manifest}`)
    },
  ],
]

describe("a signature that was wrapped", () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.bench.remove())

  for (const [what, document] of Object.entries(DOCUMENTS))
    it(`around ${what} is refused in each of ${ATTACKS.length} ways, for its reason, and gives nothing out`, () => {
      const xml = world.sign(world.seal, { documents: [document] }).toString()
      const judge = (text: string, uniqueId: string) => {
        const claimed = { documents: [{ ...document, uniqueId }], submissionSetUniqueId: null }
        return verifySignature(Buffer.from(text), claimed, world.sealTrust, new Date())
      }
      assert.equal(judge(xml, document.uniqueId).verdict.outcome, "valid-pending", "it holds before")
      for (const [how, code, attack] of ATTACKS)
        for (const claimed of [document.uniqueId, EVIL_ID]) {
          const { verdict, covered, signer } = judge(attack(xml, document.uniqueId), claimed)
          assert.equal(verdict.outcome, "invalid", how)
          assert.match(verdict.tests[0]?.detail ?? "", new RegExp(`^${code}:`), how)
          assert.deepEqual([covered, signer], [[], null], how)
        }
    })
})
