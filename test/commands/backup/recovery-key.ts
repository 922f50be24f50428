/** A recovery certificate as a person makes one. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"

export interface RecoveryFiles {
  readonly key: string
  readonly certificate: string
}

export function makeRecoveryKey(folder: string, name = "recovery", kind = "ec"): RecoveryFiles {
  const [key, certificate] = [join(folder, `${name}.key.pem`), join(folder, `${name}.pem`)]
  const made = kind === "ec" ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"] : ["rsa:3072"]
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-noenc",
      "-days",
      "30",
      "-subj",
      `/CN=${name}`,
      "-newkey",
      ...made,
      "-keyout",
      key,
      "-out",
      certificate,
    ],
    { stdio: "ignore" },
  )
  return { key, certificate }
}
