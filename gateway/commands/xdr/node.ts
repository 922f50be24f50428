/** Who we are on a test day: key, certificates and authority by options, without a configuration. */
import { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { InvalidArgumentError, Option } from "commander"
import type { Pin } from "../../actors/secure-node/pins.ts"
import type { NodeCredentials } from "../../actors/secure-node/tls.ts"
import { KeyError } from "../../journey/errors.ts"

export interface NodeFiles {
  readonly key: string
  readonly cert: string
  readonly ca: string
  readonly tls: "1.3" | "ihe-stx"
  /** [] = whoever the authority vouches for. */
  readonly pin: readonly Pin[]
}

/** `--key`, `--cert`, `--ca`, `--tls`, `--pin`, as both commands have them. */
export const nodeOptions = (whose: string): readonly Option[] => [
  new Option("--key <file>", "our private key, PEM"),
  new Option("--cert <file>", "our certificate and its issuers, PEM"),
  new Option("--ca <file>", "authorities whose certificates are taken, PEM"),
  new Option("--tls <profile>", "1.3 alone, or TLS 1.2 with the suites of IHE STX as well")
    .choices(["1.3", "ihe-stx"])
    .default("1.3"),
  new Option("--pin <sha256>", `public key of ${whose}, 64 hex digits; may be given again`)
    .argParser(withPin)
    .default([]),
]

function withPin(text: string, before: readonly Pin[]): readonly Pin[] {
  const pin = text.toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(pin))
    throw new InvalidArgumentError("64 hex digits are wanted (SHA-256 of the SPKI).")
  return [...before, pin]
}

/** null unless all three are named. */
export const nodeFiles = (options: Partial<NodeFiles> & Pick<NodeFiles, "tls" | "pin">): NodeFiles | null =>
  options.key === undefined || options.cert === undefined || options.ca === undefined
    ? null
    : { ...options, key: options.key, cert: options.cert, ca: options.ca }

/** @throws KeyError, or the system's error, for what cannot be read */
export async function nodeCredentials({ key, cert, ca, tls }: NodeFiles): Promise<NodeCredentials> {
  const [keyPem, chainPem, trustedPem] = await Promise.all(
    [key, cert, ca].map((each) => readFile(each, "utf8")),
  )
  return {
    keyPem: keyPem ?? "",
    chainPem: checked(cert, chainPem ?? ""),
    trustedPem: checked(ca, trustedPem ?? ""),
    profile: tls,
  }
}

function checked(path: string, pem: string): string {
  try {
    return new X509Certificate(pem).raw.length > 0 ? pem : ""
  } catch (cause) {
    throw new KeyError("ERR_KEY_UNFIT", `${path} holds no certificate in PEM`, { cause })
  }
}
