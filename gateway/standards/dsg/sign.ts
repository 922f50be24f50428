/**
 * Building a DSG signature document (ITI TF-3 5.5, XAdES baseline B), in two steps because the key may be far away.
 *
 * Octets are signed, not trees: a document enters by the SHA-256 of its clear octets. The references stand in a ds:Manifest
 * (core validation then succeeds in stock verifiers, which cannot fetch `urn:oid:` or make "0" a digest) or flat in
 * ds:SignedInfo, as a partner expects.
 */
import { type Certificate, readCertificate } from "../hpki/certificate.ts"
import { acceptableKey } from "../hpki/signature-algorithm.ts"
import {
  DS,
  ECDSA_SHA256,
  C14N_11_WITH_COMMENTS,
  EXC_C14N,
  RSA_SHA256,
  SHA256,
  SUBMISSION_SET_DIGEST,
  TYPE_MANIFEST,
  TYPE_SIGNED_PROPERTIES,
  XADES,
} from "./algorithms.ts"
import type { Commitment } from "./commitment.ts"
import { canonical, childElements, malformed, onlyChild, withDocument } from "./document.ts"
import { base64, element } from "./markup.ts"
import { signatureValueChecks } from "./signature-value.ts"
import { uriOfUniqueId } from "./unique-id.ts"
import { writeDigest, writeSignedProperties } from "./xades-write.ts"
import { sha256 } from "../sha256.ts"

export interface SignedDocument {
  readonly uniqueId: string
  /** SHA-256 of the clear octets. */
  readonly sha256: Uint8Array
  /** Clear MIME type, whatever XDS says of the encrypted document. */
  readonly mimeType: string
}

export interface SignatureInput {
  /** NCName, e.g. `S-<uuid>`; every other Id begins with it. */
  readonly signatureId: string
  readonly layout: "manifest" | "flat"
  /** Of SignedInfo and of every signed part; default: exclusive. */
  readonly canonicalization?: typeof EXC_C14N | typeof C14N_11_WITH_COMMENTS
  /** DER, signer first. */
  readonly chain: readonly Uint8Array[]
  readonly signingTime: Date
  readonly documents: readonly SignedDocument[]
  /** Its uniqueId makes this the SubmissionSet signature; null = Detached. */
  readonly submissionSetUniqueId: string | null
  /** At least one (DSG: shall). */
  readonly commitments: readonly Commitment[]
}

export interface UnsignedSignature {
  /** Canonical ds:SignedInfo: what the key signs with SHA-256. */
  readonly toBeSigned: Uint8Array
  /** The signature's own parts whose digests stand in `toBeSigned`, canonical: KeyInfo, SignedProperties, and the Manifest if there is one. */
  readonly parts: readonly Uint8Array[]
  /**
   * The whole document, UTF-8.
   *
   * @param signatureValue RSASSA-PKCS1-v1_5, or ECDSA as r‖s. Throws Malformed SIGNATURE_VALUE when it is not the signer's.
   */
  readonly finish: (signatureValue: Uint8Array) => Uint8Array
}

const SIGNATURE_ID = /^[A-Za-z_][\w.-]{0,79}$/

/** Throws Malformed UNIQUE_ID, or SIGNATURE_INPUT for a key we do not sign with or for nothing to sign. */
export function buildSignature(input: SignatureInput): UnsignedSignature {
  const [leaf] = input.chain
  if (leaf === undefined || input.commitments.length === 0 || input.documents.length === 0) {
    throw malformed("SIGNATURE_INPUT", "certificate, commitment or document is missing")
  }
  if (!SIGNATURE_ID.test(input.signatureId)) throw malformed("SIGNATURE_INPUT", "signatureId is no NCName")
  const signer = readCertificate(leaf)
  const parts = writeParts(input, signer)
  const canonicalParts = canonicalPartsOf(assemble(input, parts, "", ""), canonicalizationOf(input))
  const signedInfo = writeSignedInfo(input, methodOf(signer), canonicalParts)
  const toBeSigned = withDocument(assemble(input, parts, signedInfo, ""), (root) =>
    canonical(onlyChild(root, DS, "SignedInfo"), canonicalizationOf(input)),
  )
  return {
    toBeSigned,
    parts: [...canonicalParts.values()],
    finish(signatureValue) {
      if (!signatureValueChecks(methodOf(signer), signer.spki, toBeSigned, signatureValue)) {
        throw malformed("SIGNATURE_VALUE", "the value is not the signer's over these octets")
      }
      return assemble(input, parts, signedInfo, base64(signatureValue))
    },
  }
}

const canonicalizationOf = ({ canonicalization }: SignatureInput): string => canonicalization ?? EXC_C14N

function methodOf({ spki }: Certificate): string {
  const key = acceptableKey(spki)
  if (key === null) throw malformed("SIGNATURE_INPUT", "key is too weak or of another kind")
  return key.asymmetricKeyType === "rsa" ? RSA_SHA256 : ECDSA_SHA256
}

interface Parts {
  readonly keyInfo: string
  /** null in the flat layout. */
  readonly manifest: string | null
  readonly signedProperties: string
}

function writeParts(input: SignatureInput, signer: Certificate): Parts {
  const certificates = input.chain.map((certificate) =>
    element("ds:X509Certificate", {}, base64(certificate)),
  )
  const references = writeDocumentReferences(input).join("")
  return {
    keyInfo: element(
      "ds:KeyInfo",
      { Id: `${input.signatureId}-key` },
      element("ds:X509Data", {}, ...certificates),
    ),
    manifest:
      input.layout === "flat"
        ? null
        : element("ds:Manifest", { Id: `${input.signatureId}-manifest` }, references),
    signedProperties: writeSignedProperties({
      id: `${input.signatureId}-properties`,
      signingTime: input.signingTime,
      signer,
      commitments: input.commitments,
      formats: input.documents.map(({ mimeType }, i) => ({
        referenceId: documentReferenceId(input, i),
        mimeType,
      })),
    }),
  }
}

const documentReferenceId = ({ signatureId }: SignatureInput, index: number) => `${signatureId}-d${index + 1}`

function writeDocumentReferences(input: SignatureInput): readonly string[] {
  const documents = input.documents.map(({ uniqueId, sha256 }, i) =>
    element(
      "ds:Reference",
      { Id: documentReferenceId(input, i), URI: uriOfUniqueId(uniqueId) },
      writeDigest(sha256),
    ),
  )
  if (input.submissionSetUniqueId === null) return documents
  const mark =
    element("ds:DigestMethod", { Algorithm: SHA256 }) + element("ds:DigestValue", {}, SUBMISSION_SET_DIGEST)
  const URI = uriOfUniqueId(input.submissionSetUniqueId)
  return [element("ds:Reference", { Id: `${input.signatureId}-set`, URI }, mark), ...documents]
}

/** The canonical form of each signed part, where it stands in the document. */
function canonicalPartsOf(xml: Uint8Array, canonicalization: string): ReadonlyMap<string, Uint8Array> {
  return withDocument(xml, (root) => {
    const [keyInfo, ...objects] = childElements(root).filter(
      ({ name }) => name === "KeyInfo" || name === "Object",
    )
    const contents = objects.flatMap(childElements)
    const signed = [keyInfo, ...contents].flatMap((part) =>
      part === undefined ? [] : part.name === "QualifyingProperties" ? childElements(part) : [part],
    )
    return new Map(signed.map((part) => [part.name, canonical(part, canonicalization)]))
  })
}

function writeSignedInfo(
  input: SignatureInput,
  method: string,
  parts: ReadonlyMap<string, Uint8Array>,
): string {
  const id = input.signatureId
  const Algorithm = canonicalizationOf(input)
  const reference = (name: string, suffix: string, Type?: string) => {
    const transforms = element("ds:Transforms", {}, element("ds:Transform", { Algorithm }))
    const digest = writeDigest(sha256(parts.get(name) ?? ""))
    return element("ds:Reference", { URI: `#${id}-${suffix}`, Type }, transforms, digest)
  }
  return element(
    "ds:SignedInfo",
    {},
    element("ds:CanonicalizationMethod", { Algorithm }),
    element("ds:SignatureMethod", { Algorithm: method }),
    ...(input.layout === "flat"
      ? writeDocumentReferences(input)
      : [reference("Manifest", "manifest", TYPE_MANIFEST)]),
    reference("KeyInfo", "key"),
    reference("SignedProperties", "properties", TYPE_SIGNED_PROPERTIES),
  )
}

function assemble(
  input: SignatureInput,
  parts: Parts,
  signedInfo: string,
  signatureValue: string,
): Uint8Array {
  const id = input.signatureId
  const qualifying = element("xades:QualifyingProperties", { Target: `#${id}` }, parts.signedProperties)
  const signature = element(
    "ds:Signature",
    { "xmlns:ds": DS, "xmlns:xades": XADES, Id: id },
    signedInfo,
    element("ds:SignatureValue", { Id: `${id}-value` }, signatureValue),
    parts.keyInfo,
    ...(parts.manifest === null ? [] : [element("ds:Object", {}, parts.manifest)]),
    element("ds:Object", {}, qualifying),
  )
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${signature}\n`, "utf8")
}
