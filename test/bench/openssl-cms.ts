/** `openssl cms` over files, and the CPU time its processes took: what a hospital would do with a script. */
import { execFileSync } from "node:child_process"
import { endedChildrenCpuMs } from "./process-usage.ts"

export interface CmsKeys {
  readonly signerKey: string
  readonly signerCertificate: string
  readonly recipientKey: string
  readonly recipientCertificate: string
}

const SHELL_MAX_BUFFER = 1024 * 1024

/** A detached signature and an AuthEnvelopedData beside each file: `.sig` and `.p7m`. */
export function signAndEncrypt(files: readonly string[], keys: CmsKeys): Promise<number> {
  const sign = `openssl cms -sign -binary -md sha256 -outform DER -signer '${keys.signerCertificate}' -inkey '${keys.signerKey}'`
  const encrypt = "openssl cms -encrypt -binary -stream -aes-256-gcm -outform DER"
  return cpuOf(
    files,
    `${sign} -in "$f" -out "$f.sig" && ${encrypt} -in "$f" -out "$f.p7m" '${keys.recipientCertificate}'`,
  )
}

/** The clear file again, beside each `.p7m`. */
export function decrypt(envelopes: readonly string[], keys: CmsKeys): Promise<number> {
  const command = `openssl cms -decrypt -binary -inform DER -inkey '${keys.recipientKey}' -recip '${keys.recipientCertificate}'`
  return cpuOf(envelopes, `${command} -in "$f" -out "$f.clear"`)
}

/** One shell for all files: its own share is a fraction of a millisecond for each. */
async function cpuOf(files: readonly string[], command: string): Promise<number> {
  const before = await endedChildrenCpuMs()
  execFileSync("sh", ["-c", `set -e\nwhile read -r f; do ${command}; done`], {
    input: files.map((file) => `${file}\n`).join(""),
    maxBuffer: SHELL_MAX_BUFFER,
    stdio: ["pipe", "ignore", "pipe"],
  })
  return (await endedChildrenCpuMs()) - before
}
