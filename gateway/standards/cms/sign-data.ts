/**
 * SignedData with one signer and enclosed content (RFC 5652 §5), written: what `readSignedData` reads and `openssl cms -verify`
 * checks. Signed attributes: contentType, messageDigest, signingTime (RFC 5652 §11) and SigningCertificateV2 (RFC 5035 §3).
 */
import { createPublicKey } from "node:crypto"
import { readCertificate } from "../hpki/certificate.ts"
import { Malformed } from "../malformed.ts"
import { TAG } from "./der.ts"
import { context, der, integer, NULL, octetString, oid, sequence, setOf, time } from "./der-write.ts"
import { OID } from "./oids.ts"
import { sha256 } from "../sha256.ts"

const SIGNING_TIME = "1.2.840.113549.1.9.5"

export interface ToSign {
  readonly content: Uint8Array
  /** DER, the signer's first. */
  readonly chain: readonly Uint8Array[]
  readonly at: Date
  /** SHA-256 with the key's own algorithm: RSASSA-PKCS1-v1_5, or ECDSA as r‖s. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** ContentInfo DER. Throws Malformed SIGNED_DATA without a certificate; what `sign` throws passes through. */
export async function signData(key: ToSign): Promise<Uint8Array> {
  const { content, chain, at } = key
  const [own] = chain
  if (own === undefined) throw new Malformed("SIGNED_DATA", "RFC 5652 §5.1", "no certificate to sign with")
  const signer = readCertificate(own)
  const isRsa = asymmetricKeyType(signer.spki) === "rsa"
  const attributes = signedAttributes(content, own, at)
  // RFC 5652 §5.4: signed as SET OF, written as [0].
  const signature = await key.sign(setOf(...attributes))
  const signerInfo = sequence(
    integer(1),
    sequence(signer.issuer.encoded, der(TAG.integer, signer.serial)),
    sequence(oid(OID.sha256)),
    context(0, ...inOrder(attributes)),
    isRsa ? sequence(oid(OID.sha256WithRsa), NULL) : sequence(oid(OID.ecdsaSha256)),
    octetString(isRsa ? signature : ecdsaSigValue(signature)),
  )
  const signedData = sequence(
    integer(1),
    setOf(sequence(oid(OID.sha256))),
    sequence(oid(OID.data), context(0, octetString(content))),
    context(0, ...inOrder(chain)),
    setOf(signerInfo),
  )
  return sequence(oid(OID.signedData), context(0, signedData))
}

function signedAttributes(content: Uint8Array, own: Uint8Array, at: Date): readonly Uint8Array[] {
  const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf(value))
  return [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octetString(sha256(content))),
    attribute(SIGNING_TIME, time(at)),
    attribute(OID.signingCertificateV2, sequence(sequence(sequence(octetString(sha256(own)))))),
  ]
}

/** DER of a SET OF without its header. */
const inOrder = (parts: readonly Uint8Array[]): Uint8Array[] =>
  [...parts].sort((a, b) => Buffer.compare(a, b))

const asymmetricKeyType = (spki: Uint8Array) =>
  createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).asymmetricKeyType

/** RFC 3279 §2.2.3. */
function ecdsaSigValue(pair: Uint8Array): Uint8Array {
  const half = pair.length / 2
  return sequence(integer(pair.subarray(0, half)), integer(pair.subarray(half)))
}
