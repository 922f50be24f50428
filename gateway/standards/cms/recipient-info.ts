/** RecipientInfo (RFC 5652 §6.2) for one certificate: the content-encryption key, closed for its holder. */
import { type KeyObject, createECDH } from "node:crypto"
import { bitString, context, integer, octetString, oid, sequence } from "./der-write.ts"
import { pointOf } from "./ec-point.ts"
import { type Chance, deriveKek, encryptOaep, wrapKey } from "./key-wrap.ts"
import { OID } from "./oids.ts"

const P256_SCALAR_LENGTH_BYTES = 32
const KEY_WRAP = sequence(oid(OID.aes256Wrap))
const SHA256 = sequence(oid(OID.sha256))
/** RSAES-OAEP-params, RFC 4055 §4.1: both hashes are stated, the label is the default. */
const OAEP_SHA256 = sequence(
  oid(OID.rsaesOaep),
  sequence(context(0, SHA256), context(1, sequence(oid(OID.mgf1), SHA256))),
)

/** KeyTransRecipientInfo, version 0. `rid` is IssuerAndSerialNumber DER. */
export function transportedRecipientInfo(
  rid: Uint8Array,
  key: KeyObject,
  cek: Uint8Array,
  chance: Chance,
): Uint8Array {
  return sequence(integer(0), rid, OAEP_SHA256, octetString(encryptOaep(key, cek, chance)))
}

/** KeyAgreeRecipientInfo (RFC 5753 §3.1.1), version 3: ephemeral-static ECDH on P-256, no ukm. */
export function agreedRecipientInfo(
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
