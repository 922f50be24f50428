/** Private keys (PKCS#8, RFC 5958 / RFC 8018) and certificate chains (RFC 7468) from PEM files. */
import type { KeyObject } from "node:crypto"
import { X509Certificate, createPrivateKey } from "node:crypto"
import { readFile } from "node:fs/promises"
import { KeyError } from "../../journey/errors.ts"
import { unreadable } from "./unreadable.ts"
import { MIN_RSA_BITS } from "../../standards/algorithms/permitted.ts"

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
const ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----"
const CURVES = ["prime256v1", "secp384r1"]

/** Throws ERR_KEY_MISSING, ERR_KEY_FOLDER. */
export async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1")
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** The first line of a passphrase file, without its line end. Throws ERR_KEY_MISSING, also when it is empty; ERR_KEY_FOLDER. */
export async function readPassphrase(path: string): Promise<Buffer> {
  const line = Buffer.from((await readKeyFile(path)).split(/\r?\n/, 1)[0] ?? "", "latin1")
  if (line.length === 0) throw new KeyError("ERR_KEY_MISSING", `${path} holds no passphrase`)
  return line
}

/** Is the PEM an encrypted PKCS#8 key? One in clear opens under every passphrase, and proves nothing. */
export function isEncrypted(pem: string): boolean {
  return pem.includes(ENCRYPTED)
}

/**
 * EC P-256, P-384 or RSA of at least 2048 bits.
 *
 * @param passphrase for an encrypted key; not looked at for one in clear
 * @throws ERR_KEY_PASSPHRASE when an encrypted key does not open, ERR_KEY_MISSING for anything else
 */
export function privateKey(pem: string, passphrase: Buffer | null, what: string): KeyObject {
  if (isEncrypted(pem) && (passphrase === null || passphrase.length === 0))
    throw new KeyError("ERR_KEY_PASSPHRASE", `${what} needs a passphrase`)
  try {
    return demandKind(createPrivateKey({ key: pem, format: "pem", passphrase: passphrase ?? "" }), what)
  } catch (cause) {
    if (cause instanceof KeyError) throw cause
    // A wrong passphrase shows as bad padding or, once in 256, as bad ASN.1: no telling them apart.
    if (isEncrypted(pem)) throw new KeyError("ERR_KEY_PASSPHRASE", `${what} does not open`, { cause })
    throw new KeyError("ERR_KEY_MISSING", `${what} is no private key in PKCS#8`, { cause })
  }
}

/**
 * DER certificates, leaf first, the leaf belonging to `key` when one is given. Throws ERR_KEY_MISSING, ERR_KEY_MISMATCH.
 */
export function certificateChain(pem: string, key: KeyObject | null, what: string): readonly Uint8Array[] {
  try {
    const chain = (pem.match(CERTIFICATE) ?? []).map((each) => new X509Certificate(each))
    const leaf = chain[0]
    if (leaf === undefined) throw new KeyError("ERR_KEY_MISSING", `${what} holds no certificate`)
    if (key !== null && !leaf.checkPrivateKey(key))
      throw new KeyError("ERR_KEY_MISMATCH", `the first certificate of ${what} is not its key's`)
    return chain.map((certificate) => Uint8Array.from(certificate.raw))
  } catch (cause) {
    if (cause instanceof KeyError) throw cause
    throw new KeyError("ERR_KEY_MISSING", `${what} holds a certificate that cannot be read`, { cause })
  }
}

/** The key itself. Throws ERR_KEY_MISSING for a kind we do not use. */
export function demandKind(key: KeyObject, what: string): KeyObject {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  const isEc = key.asymmetricKeyType === "ec" && CURVES.includes(namedCurve)
  const isRsa = key.asymmetricKeyType === "rsa" && modulusLength >= MIN_RSA_BITS
  if (!isEc && !isRsa)
    throw new KeyError("ERR_KEY_MISSING", `${what} is neither P-256, P-384 nor RSA of ${MIN_RSA_BITS} bits`)
  return key
}
