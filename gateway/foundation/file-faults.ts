/** What a file that a configuration names must hold, and how it is told when it does not: one issue, by the path of its setting. */
import { isSealed } from "../config/files.ts"
import type { Issue } from "../config/issue.ts"
import { DokueiError, KeyError } from "../journey/errors.ts"
import { readCertificate } from "../standards/hpki/certificate.ts"
import { Malformed } from "../standards/malformed.ts"
import { certificateChain, privateKey, readKeyFile } from "../storage/keys/pem-files.ts"
import { certificates } from "./trust-store.ts"

/** Null when `look` ends well; faults of files, and only those, become issues. */
export async function fault(path: string, look: () => unknown): Promise<Issue | null> {
  try {
    await look()
    return null
  } catch (error) {
    if (
      error instanceof DokueiError ||
      error instanceof Malformed ||
      (error instanceof Error && "code" in error)
    )
      return { path, message: error.message }
    throw error
  }
}

export interface KeyPair {
  readonly path: string
  readonly key: string
  readonly chain: string
  /** A key that only opens what came before may have a certificate that has ended. */
  readonly mayBeOver?: boolean
}

/** The key opens, its certificate is its own, and has not ended. What systemd opens for the running unit alone is not looked at. */
export async function keyIssue(
  { path, key, chain, mayBeOver = false }: KeyPair,
  now: Date,
): Promise<Issue | null> {
  if (isSealed(key)) return null
  const opened = await fault(`${path}.key`, async () => privateKey(await readKeyFile(key), null, key))
  if (opened !== null) return opened
  return fault(`${path}.chain`, async () => {
    const own = privateKey(await readKeyFile(key), null, key)
    certificateChain(await readKeyFile(chain), own, chain)
    if (!mayBeOver) await demandChain(chain, now)
  })
}

/** A certificate is there, first, and has not ended. Throws KeyError ERR_KEY_MISSING, ERR_KEY_UNFIT. */
export async function demandChain(file: string, now: Date): Promise<void> {
  const [leaf] = certificateChain(await readKeyFile(file), null, file)
  const { notAfter } = readCertificate(leaf ?? new Uint8Array())
  if (notAfter < now) throw new KeyError("ERR_KEY_UNFIT", `${file} ended ${notAfter.toISOString()}`)
}

/** At least one certificate. Throws KeyError ERR_KEY_MISSING, Malformed. */
export async function demandCertificate(file: string): Promise<void> {
  if ((await certificates(file)).length === 0)
    throw new KeyError("ERR_KEY_MISSING", `${file} holds no certificate`)
}
