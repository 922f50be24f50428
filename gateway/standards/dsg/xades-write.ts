/** XAdES signed properties (ETSI EN 319 132-1 §5.2) as DSG wants them (ITI TF-3 5.5.2). */
import type { Certificate } from "../hpki/certificate.ts"
import { context, der, sequence } from "../cms/der-write.ts"
import { TAG } from "../cms/der.ts"
import { DSG_DETACHED, SHA256 } from "./algorithms.ts"
import type { Commitment } from "./commitment.ts"
import { base64, element, escape } from "./markup.ts"
import { sha256 } from "../sha256.ts"

export interface SignedPropertiesInput {
  readonly id: string
  readonly signingTime: Date
  readonly signer: Certificate
  readonly commitments: readonly Commitment[]
  /** Reference ids and the clear MIME type of what they point to. */
  readonly formats: readonly { readonly referenceId: string; readonly mimeType: string }[]
}

export function writeSignedProperties(input: SignedPropertiesInput): string {
  const signature = element(
    "xades:SignedSignatureProperties",
    {},
    element("xades:SigningTime", {}, input.signingTime.toISOString().replace(/\.\d+Z$/, "Z")),
    writeSigningCertificate(input.signer),
    writeSignaturePolicy(),
  )
  const dataObjects = element(
    "xades:SignedDataObjectProperties",
    {},
    ...input.formats.map(writeFormat),
    ...input.commitments.map(writeCommitment),
  )
  return element("xades:SignedProperties", { Id: input.id }, signature, dataObjects)
}

/** SigningCertificateV2 (§5.2.2): which certificate was meant, so that none with the same key can take its place. */
function writeSigningCertificate({ encoded, issuer, serial }: Certificate): string {
  const issuerSerial = sequence(sequence(context(4, issuer.encoded)), der(TAG.integer, serial))
  const certificate = element(
    "xades:Cert",
    {},
    element("xades:CertDigest", {}, writeDigest(sha256(encoded))),
    element("xades:IssuerSerialV2", {}, base64(issuerSerial)),
  )
  return element("xades:SigningCertificateV2", {}, certificate)
}

/** The schema wants a hash of the policy; this policy is a name without octets, so its name is hashed. */
function writeSignaturePolicy(): string {
  const id = element("xades:SigPolicyId", {}, element("xades:Identifier", {}, DSG_DETACHED))
  const hash = element("xades:SigPolicyHash", {}, writeDigest(sha256(DSG_DETACHED)))
  return element("xades:SignaturePolicyIdentifier", {}, element("xades:SignaturePolicyId", {}, id, hash))
}

function writeFormat({ referenceId, mimeType }: SignedPropertiesInput["formats"][number]): string {
  const type = element("xades:MimeType", {}, escape(mimeType))
  return element("xades:DataObjectFormat", { ObjectReference: `#${referenceId}` }, type)
}

function writeCommitment({ identifier, display, qualifier }: Commitment): string {
  const id = element(
    "xades:CommitmentTypeId",
    {},
    element("xades:Identifier", { Qualifier: qualifier ?? undefined }, escape(identifier)),
    element("xades:Description", {}, escape(display)),
  )
  return element("xades:CommitmentTypeIndication", {}, id, element("xades:AllSignedDataObjects", {}))
}

/** DigestMethod and DigestValue of a SHA-256. */
export const writeDigest = (digest: Uint8Array): string =>
  element("ds:DigestMethod", { Algorithm: SHA256 }) + element("ds:DigestValue", {}, base64(digest))
