/** RecipientInfo (RFC 5652 §6.2): the content-encryption key, closed for the holder of each certificate. */
import { type ECDH, type KeyObject, createECDH } from "node:crypto"
import type { AcceptedHash } from "../algorithms/permitted.ts"
import { Malformed } from "../malformed.ts"
import { bitString, context, der, integer, octetString, oid, sequence, setOf } from "./der-write.ts"
import { TAG } from "./der.ts"
import { pointOf } from "./ec-point.ts"
import { type Chance, encryptOaep, withKek, wrapKey } from "./key-wrap.ts"
import { MAX_RECIPIENTS } from "./envelope-header.ts"
import { OID } from "./oids.ts"
import { recipientCertificate } from "./recipient-certificate.ts"

const KEY_WRAP = sequence(oid(OID.aes256Wrap))
const SHA256 = sequence(oid(OID.sha256))
/** RSAES-OAEP-params, RFC 4055 §4.1: both hashes are stated, the label is the default. */
const OAEP_SHA256 = sequence(
  oid(OID.rsaesOaep),
  sequence(context(0, SHA256), context(1, sequence(oid(OID.mgf1), SHA256))),
)

export interface Recipients {
  readonly cek: Uint8Array
  /** Certificates (DER): keys on P-256 and P-384 get ECDH with AES key wrap, RSA keys RSAES-OAEP. */
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
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""]
  if (curve === undefined)
    throw new Malformed(
      "ENVELOPE_RECIPIENT",
      "RFC 5753 §3.1",
      "recipient key is neither RSA nor P-256 nor P-384",
    )
  return agreedRecipientInfo(rid, certificate.spki, curve, cek, chance)
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

interface Curve {
  readonly name: string
  /** Key agreement as strong as the curve. */
  readonly agreement: string
  readonly hash: AcceptedHash
  /** SP 800-186 §3.2.1: a private key is a number from 1 up to it. Next to never is a draw not below it. */
  readonly order: Uint8Array
}

const CURVES: Readonly<Record<string, Curve>> = {
  prime256v1: {
    name: "prime256v1",
    agreement: OID.stdDhSha256Kdf,
    hash: "sha256",
    order: Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex"),
  },
  secp384r1: {
    name: "secp384r1",
    agreement: OID.stdDhSha384Kdf,
    hash: "sha384",
    order: Buffer.from(
      "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
      "hex",
    ),
  },
}

/** KeyAgreeRecipientInfo (RFC 5753 §3.1.1), version 3: ephemeral-static ECDH, no ukm. */
function agreedRecipientInfo(
  rid: Uint8Array,
  recipientSpki: Uint8Array,
  curve: Curve,
  cek: Uint8Array,
  chance: Chance,
): Uint8Array {
  const ephemeral = ephemeralKey(curve, chance)
  const secret = ephemeral.computeSecret(pointOf(recipientSpki))
  const derivation = { hash: curve.hash, keyInfo: KEY_WRAP, ukm: null }
  const wrapped = withKek(secret, derivation, (kek) => wrapKey(kek, cek))
  const originator = context(1, sequence(oid(OID.ecPublicKey)), bitString(ephemeral.getPublicKey()))
  return context(
    1,
    integer(3),
    context(0, originator),
    sequence(oid(curve.agreement), KEY_WRAP),
    sequence(sequence(rid, octetString(wrapped))),
  )
}

function ephemeralKey({ name, order }: Curve, chance: Chance): ECDH {
  const ecdh = createECDH(name)
  for (;;) {
    const scalar = chance.bytes(order.length)
    const isFit = scalar.some((octet) => octet !== 0) && Buffer.compare(scalar, order) < 0
    if (isFit) ecdh.setPrivateKey(scalar)
    scalar.fill(0)
    if (isFit) return ecdh
  }
}
