/** RecipientInfo (RFC 5652 §6.2): the content-encryption key, closed for the holder of each certificate. */
import { type KeyObject, createECDH } from "node:crypto"
import { Malformed } from "../malformed.ts"
import { bitString, context, der, integer, octetString, oid, sequence, setOf } from "./der-write.ts"
import { TAG } from "./der.ts"
import { pointOf } from "./ec-point.ts"
import { type Chance, deriveKek, encryptOaep, wrapKey } from "./key-wrap.ts"
import { MAX_RECIPIENTS } from "./envelope-header.ts"
import { OID } from "./oids.ts"
import { recipientCertificate } from "./recipient-certificate.ts"

const P256_SCALAR_LENGTH_BYTES = 32
const KEY_WRAP = sequence(oid(OID.aes256Wrap))
const SHA256 = sequence(oid(OID.sha256))
/** RSAES-OAEP-params, RFC 4055 §4.1: both hashes are stated, the label is the default. */
const OAEP_SHA256 = sequence(
  oid(OID.rsaesOaep),
  sequence(context(0, SHA256), context(1, sequence(oid(OID.mgf1), SHA256))),
)

export interface Recipients {
  readonly cek: Uint8Array
  /** Certificates (DER): EC P-256 keys get ECDH with AES key wrap, RSA keys RSAES-OAEP. */
  readonly recipients: readonly Uint8Array[]
  readonly chance: Chance
}

/** SET OF RecipientInfo. Throws Malformed ENVELOPE_RECIPIENT for a key that cannot receive. */
export function recipientInfos(input: Recipients): Uint8Array {
  if (input.recipients.length === 0 || input.recipients.length > MAX_RECIPIENTS) {
    throw new Malformed("ENVELOPE_RECIPIENT", "RFC 5083 §2.1", `between 1 and ${MAX_RECIPIENTS} recipients`)
  }
  return setOf(...input.recipients.map((certificate) => recipientInfo(certificate, input)))
}

function recipientInfo(encoded: Uint8Array, { cek, chance }: Recipients): Uint8Array {
  const { certificate, key } = recipientCertificate(encoded)
  const rid = sequence(certificate.issuer.encoded, der(TAG.integer, certificate.serial))
  if (key.asymmetricKeyType === "rsa") return transportedRecipientInfo(rid, key, cek, chance)
  if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") {
    return agreedRecipientInfo(rid, certificate.spki, cek, chance)
  }
  throw new Malformed("ENVELOPE_RECIPIENT", "RFC 5753 §3.1", "recipient key is neither RSA nor P-256")
}

/** Whether a holder agrees on the key: then EnvelopedData is of version 2 (RFC 5652 §6.1). */
export const isAgreed = (encoded: Uint8Array): boolean =>
  recipientCertificate(encoded).key.asymmetricKeyType !== "rsa"

/** KeyTransRecipientInfo, version 0. `rid` is IssuerAndSerialNumber DER. */
function transportedRecipientInfo(
  rid: Uint8Array,
  key: KeyObject,
  cek: Uint8Array,
  chance: Chance,
): Uint8Array {
  return sequence(integer(0), rid, OAEP_SHA256, octetString(encryptOaep(key, cek, chance)))
}

/** KeyAgreeRecipientInfo (RFC 5753 §3.1.1), version 3: ephemeral-static ECDH on P-256, no ukm. */
function agreedRecipientInfo(
  rid: Uint8Array,
  recipientSpki: Uint8Array,
  cek: Uint8Array,
  chance: Chance,
): Uint8Array {
  const ephemeral = ephemeralKey(chance)
  const kek = deriveKek(ephemeral.computeSecret(pointOf(recipientSpki)), "sha256", KEY_WRAP, null)
  const originator = context(1, sequence(oid(OID.ecPublicKey)), bitString(ephemeral.getPublicKey()))
  const encryptedKeys = sequence(sequence(rid, octetString(wrapKey(kek, cek))))
  return context(
    1,
    integer(3),
    context(0, originator),
    sequence(oid(OID.stdDhSha256Kdf), KEY_WRAP),
    encryptedKeys,
  )
}

function ephemeralKey(chance: Chance) {
  const ecdh = createECDH("prime256v1")
  for (;;) {
    const scalar = chance.bytes(P256_SCALAR_LENGTH_BYTES)
    if (!isP256Scalar(scalar)) continue
    ecdh.setPrivateKey(scalar)
    return ecdh
  }
}

/** Order of P-256 (SP 800-186 §3.2.1.3): about one draw in 2^32 is not below it. */
const P256_ORDER = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex")
const isP256Scalar = (scalar: Uint8Array) =>
  scalar.some((octet) => octet !== 0) && Buffer.compare(scalar, P256_ORDER) < 0
