/**
 * ECDH with a token's key by OpenSC's `pkcs11-tool`, a process for each secret: for a p11-kit before 0.25, which cannot
 * carry CKM_ECDH1_DERIVE (Debian 12; docs/adr/0023). The PIN goes by the environment, which no other user can read.
 */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { KeyError } from "../../../journey/errors.ts"

export interface DeriveRequest {
  readonly module: string
  readonly token: string
  /** CKA_ID, hex. */
  readonly keyId: string
  readonly pin: Uint8Array
  readonly peerSpki: Uint8Array
  readonly limitMs: number
}

/** The x coordinate. Throws KeyError ERR_KEY_TOKEN; ERR_KEY_PIN when the token has counted a wrong PIN. */
export async function deriveByTool(request: DeriveRequest): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "dokuei-derive-"))
  try {
    await writeFile(join(folder, "peer.der"), request.peerSpki)
    await runTool(folder, request)
    const secret = await readFile(join(folder, "secret"))
    await writeFile(join(folder, "secret"), Buffer.alloc(secret.length))
    return Uint8Array.from(secret)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runTool(folder: string, { module, token, keyId, pin, limitMs }: DeriveRequest): Promise<void> {
  const chosen = ["--module", module, "--token-label", token, "--login", "--pin", "env:DOKUEI_PIN"]
  const asked = ["--derive", "-m", "ECDH1-DERIVE", "--id", keyId, "-i", "peer.der", "-o", "secret"]
  const env = { ...process.env, DOKUEI_PIN: Buffer.from(pin).toString("latin1") }
  return new Promise((resolve, reject) => {
    execFile(
      "pkcs11-tool",
      [...chosen, ...asked],
      { cwd: folder, env, timeout: limitMs, killSignal: "SIGKILL" },
      (error, _, stderr) => {
        if (error === null) resolve()
        else reject(toolFault(error, /CKR_[A-Z_]+/.exec(stderr)?.[0] ?? null))
      },
    )
  })
}

function toolFault(error: Error, ckr: string | null): KeyError {
  if (ckr?.startsWith("CKR_PIN_") === true)
    return new KeyError("ERR_KEY_PIN", `the token refuses the PIN: ${ckr}`)
  if ("code" in error && error.code === "ENOENT")
    return new KeyError(
      "ERR_KEY_UNFIT",
      "this p11-kit cannot agree on keys: install p11-kit 0.25 or newer, or opensc beside it",
    )
  return new KeyError("ERR_KEY_TOKEN", `pkcs11-tool could not derive: ${ckr ?? "no answer"}`)
}
