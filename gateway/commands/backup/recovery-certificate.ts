/** For whom a backup is encrypted: a certificate whose key lies in a safe. */
import { readFile } from "node:fs/promises"
import { KeyError } from "../../journey/errors.ts"
import { certificateChain } from "../../storage/keys/pem-files.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export interface RecoveryCertificate {
  /** As the file has it. */
  readonly pem: string
  /** DER. */
  readonly certificate: Uint8Array
  /** Of the certificate, hex. */
  readonly sha256: string
}

/** Throws ERR_KEY_MISSING when the file holds no certificate, and what the system throws. */
export async function recoveryCertificate(path: string): Promise<RecoveryCertificate> {
  const pem = await readFile(path, "utf8")
  const [certificate] = certificateChain(pem, null, path)
  if (certificate === undefined) throw new KeyError("ERR_KEY_MISSING", `${path} holds no certificate`)
  return { pem, certificate, sha256: sha256Hex(certificate) }
}
