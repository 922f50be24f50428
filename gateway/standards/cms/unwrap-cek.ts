/** Opening an envelope's key (RFC 5652 §6.3): which recipient we are, and the content-encryption key. */
import type { Certificate } from "../hpki/certificate.ts"
import { Malformed } from "../malformed.ts"
import { identifies } from "./certificate-identifier.ts"
import { spkiWithPoint } from "./ec-point.ts"
import type { EnvelopeHeader } from "./envelope-header.ts"
import type { EnvelopeRecipient } from "./envelope-recipient.ts"
import { CEK_LENGTH_BYTES, type Chance, unwrapKey, withKek } from "./key-wrap.ts"
import { recipientCertificate } from "./recipient-certificate.ts"

/**
 * The private half of a recipient's key; it stays where it is. What it answers is overwritten here after use; octets that do
 * not compute are Malformed CEK_UNWRAP.
 */
export interface RecipientKey {
  /** Raw ECDH shared secret with a peer point given as SubjectPublicKeyInfo DER. */
  agree(peerSpki: Uint8Array): Promise<Uint8Array>
  /** RSAES-OAEP with SHA-256. */
  decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array>
}

/**
 * The content-encryption key, as long as its cipher wants it.
 * Throws Malformed NOT_A_RECIPIENT when no RecipientInfo names the certificate, CEK_UNWRAP when its key does not
 * open it; errors of the key store itself pass through.
 */
export async function unwrapCek(
  header: EnvelopeHeader,
  certificateDer: Uint8Array,
  key: RecipientKey,
): Promise<Uint8Array> {
  const { certificate } = recipientCertificate(certificateDer)
  const recipient = header.recipients.find(({ rid }) => identifies(rid, certificate))
  if (recipient === undefined) {
    throw new Malformed("NOT_A_RECIPIENT", "RFC 5652 §6.2", "no RecipientInfo names our certificate")
  }
  const cek = await openKey(recipient, certificate, key)
  if (cek.length === header.keyLengthBytes) return cek
  cek.fill(0)
  throw new Malformed("CEK_UNWRAP", "RFC 5652 §6.3", `key is not ${header.keyLengthBytes} octets`)
}

/**
 * The content-encryption key, and where none comes out one of chance in its place: such a message fails where one with a wrong
 * tag fails, as late and in the same words, so that nobody learns from our answers what a key opened (RFC 3218 §2.3.2).
 */
export async function cekOrAnother(
  header: EnvelopeHeader,
  certificateDer: Uint8Array,
  key: RecipientKey,
  chance: Chance,
): Promise<Uint8Array> {
  const another = chance.bytes(CEK_LENGTH_BYTES)
  try {
    const cek = await unwrapCek(header, certificateDer, key)
    another.fill(0)
    return cek
  } catch (error) {
    if (error instanceof Malformed && error.code === "CEK_UNWRAP") return another
    throw error
  }
}

/** Is the holder of this certificate among the message's recipients? */
export function isRecipient({ recipients }: EnvelopeHeader, certificateDer: Uint8Array): boolean {
  const { certificate } = recipientCertificate(certificateDer)
  return recipients.some(({ rid }) => identifies(rid, certificate))
}

async function openKey(
  recipient: EnvelopeRecipient,
  certificate: Certificate,
  key: RecipientKey,
): Promise<Uint8Array> {
  try {
    if (recipient.kind === "rsaes-oaep") return await key.decryptOaep(recipient.encryptedKey)
    const secret = await key.agree(spkiWithPoint(certificate.spki, recipient.originatorPoint))
    const derivation = { hash: recipient.kdfHash, keyInfo: recipient.keyInfo, ukm: recipient.ukm }
    return withKek(secret, derivation, (kek) => unwrapKey(kek, recipient.encryptedKey))
  } catch (cause) {
    if (!isArithmetic(cause)) throw cause
    throw new Malformed("CEK_UNWRAP", "RFC 5652 §6.3", "the recipient's key does not open the envelope", {
      cause,
    })
  }
}

/** What node:crypto says when octets from outside do not compute (bad padding, point off the curve). A key store that
 *  cannot be reached says something else, and that passes through: it is no fault of the message. */
const isArithmetic = (cause: unknown) =>
  cause instanceof Error && "code" in cause && /^ERR_(OSSL|CRYPTO|INVALID_ARG)/.test(String(cause.code))
