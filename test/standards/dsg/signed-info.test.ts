import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { C14N_11_WITH_COMMENTS } from "../../../gateway/standards/dsg/algorithms.ts"
import { buildSignature, type SignatureInput } from "../../../gateway/standards/dsg/sign.ts"
import {
  coveredDocuments,
  demandSignedInfo,
  MAX_SIGNED_INFO_BYTES,
  MAX_SIGNED_PARTS,
} from "../../../gateway/standards/dsg/signed-info.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { makeWorld, signatureInput, type World } from "./world.ts"

describe("what a card may be asked to sign", () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.bench.remove())

  const toBeSigned = (changes: Partial<SignatureInput> = {}): Buffer =>
    Buffer.from(buildSignature(signatureInput(world.card, changes)).toBeSigned)

  it("is the SignedInfo of every form in which reports are signed", () => {
    demandSignedInfo(toBeSigned())
    demandSignedInfo(toBeSigned({ layout: "flat" }))
    demandSignedInfo(toBeSigned({ canonicalization: C14N_11_WITH_COMMENTS }))
  })

  it("is nothing else, not by one character", () => {
    const ours = toBeSigned().toString()
    const refused: Record<string, string | Buffer> = {
      nothing: "",
      "a challenge": Buffer.from("a".repeat(32)),
      "a CMS attribute set": Buffer.from("3118300f06092a864886f70d010904", "hex"),
      "another element": ours.replaceAll("SignedInfo", "SignedInfa"),
      "another namespace": ours.replace("http://www.w3.org/2000/09/xmldsig#", "urn:other"),
      "a blank more": ours.replace("<ds:SignatureMethod ", "<ds:SignatureMethod  "),
      "a line end behind": `${ours}\n`,
      "a declaration before": `<?xml version="1.0"?>${ours}`,
      SHA1: ours.replace(
        /(SignatureMethod Algorithm=")[^"]+/,
        "$1http://www.w3.org/2000/09/xmldsig#rsa-sha1",
      ),
      "no signed properties": ours.replace(/ Type="http:\/\/uri.etsi.org[^"]+"/, ""),
      "a document type": `<!DOCTYPE a>${ours}`,
      "too much": ours.replace("</ds:SignedInfo>", `${" ".repeat(MAX_SIGNED_INFO_BYTES)}</ds:SignedInfo>`),
    }
    for (const [what, octets] of Object.entries(refused))
      assert.throws(() => demandSignedInfo(Buffer.from(octets)), Malformed, what)
  })

  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex")

  it("says itself which documents it covers, in every form", () => {
    const input = signatureInput(world.card)
    const documents = input.documents.map(({ sha256 }) => hex(sha256))
    for (const layout of ["manifest", "flat"] as const)
      for (const canonicalization of [undefined, C14N_11_WITH_COMMENTS] as const) {
        const form = canonicalization === undefined ? { layout } : { layout, canonicalization }
        const { toBeSigned: octets, parts } = buildSignature({ ...input, ...form })
        assert.equal(parts.length, layout === "flat" ? 2 : MAX_SIGNED_PARTS)
        assert.deepEqual(coveredDocuments(octets, parts), documents)
      }
  })

  it("is shown with no other documents than it covers", () => {
    const input = signatureInput(world.card)
    const ours = buildSignature(input)
    const [one, ...others] = input.documents
    const other = buildSignature({
      ...input,
      documents: [{ ...one!, sha256: Buffer.alloc(32, 7) }, ...others],
    })
    const flat = buildSignature({ ...input, layout: "flat" })
    const many = Array.from({ length: 9 }, (_, at) => ({ ...one!, uniqueId: `1.2.${at + 1}` }))
    const large = buildSignature({ ...input, documents: many })
    const refused: Record<string, readonly [Uint8Array, readonly Uint8Array[]]> = {
      "the parts of another signature": [ours.toBeSigned, other.parts],
      "no parts": [ours.toBeSigned, []],
      "a part that is not signed": [flat.toBeSigned, ours.parts],
      "one part in place of another": [ours.toBeSigned, ours.parts.map(() => ours.parts[0]!)],
      "more than a report has": [large.toBeSigned, large.parts],
    }
    for (const [what, [signedInfo, parts]] of Object.entries(refused))
      assert.throws(() => coveredDocuments(signedInfo, parts), Malformed, what)
  })

  it("is signed with no document inside of the signature, under whatever name", () => {
    const { toBeSigned: octets, parts } = buildSignature(signatureInput(world.card))
    const text = Buffer.from(octets).toString()
    const base64 = (part: Uint8Array): string => createHash("sha256").update(part).digest("base64")
    const inPlaceOf = (at: number, smuggled: string): [Buffer, Uint8Array[]] => {
      const part = Buffer.from(smuggled)
      const bent = text.replace(base64(parts[at]!), base64(part))
      assert.notEqual(bent, text)
      return [Buffer.from(bent), parts.with(at, part)]
    }
    const contract = '<contract Id="c">I owe you</contract>'
    const DSIG = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    const reference = /<ds:Reference URI="#[^"]*-key">.*?<\/ds:Reference>/.exec(text)![0]
    const more = reference.replace(/-key"/, '-c"').replace(base64(parts[0]!), base64(Buffer.from(contract)))
    const refused: Record<string, readonly [Uint8Array, readonly Uint8Array[]]> = {
      "in place of the key": inPlaceOf(0, contract),
      "in the key": inPlaceOf(0, `<ds:KeyInfo ${DSIG}>${contract}</ds:KeyInfo>`),
      "in place of the manifest": inPlaceOf(parts.length - 1, contract),
      "as one reference more": [Buffer.from(text.replace(reference, reference + more)), parts],
      "as one reference more, laid open": [
        Buffer.from(text.replace(reference, reference + more)),
        [...parts, Buffer.from(contract)],
      ],
      "made by a transform": [
        Buffer.from(
          text.replace(/(<ds:Transform Algorithm=")[^"]+/, "$1http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ),
        parts,
      ],
    }
    for (const [what, [signedInfo, open]] of Object.entries(refused)) {
      demandSignedInfo(signedInfo)
      assert.throws(() => coveredDocuments(signedInfo, open), { code: "SIGNED_INFO" }, what)
    }
  })
})
