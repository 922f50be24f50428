/**
 * A reading centre's own authorities, one for lines and one for seals, as files: they certify the gateways of hospitals
 * that the centre has invited and both ends of the tunnels to them, and nobody else believes them.
 */
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { systemChance, systemClock } from "../../clock.ts"
import { ConfigError } from "../../journey/errors.ts"
import * as issue from "../../standards/hpki/issue.ts"
import { certificateChain, privateKey, readKeyFile, readPassphrase } from "../../storage/keys/pem-files.ts"
import { Authority, days, keyPem, newKey, pem, spkiOf } from "../pki-authority.ts"
import { makeFolder } from "../../storage/make-folder.ts"

const ROOT_TERM_DAYS = 3650
const NAMES = ["tls-ca", "seal-ca"] as const
const USE = { "tls-ca": "TLS CA", "seal-ca": "Seal CA" } as const

export interface OwnAuthorities {
  readonly tls: Authority
  readonly seal: Authority
}

/** Makes both, their keys under the passphrase. Never overwrites a key. @throws ConfigError where one is */
export async function makeAuthority(folder: string, name: string, passphraseFile: string): Promise<void> {
  const passphrase = (await readPassphrase(passphraseFile)).toString("latin1")
  await makeFolder(folder, 0o700)
  const now = systemClock.now()
  for (const each of NAMES) {
    const subject = issue.writeName(["C", "JP"], ["O", name], ["CN", `${name} ${USE[each]}`])
    const key = await newKey("p-384")
    const term = { notBefore: days(now, -1), notAfter: days(now, ROOT_TERM_DAYS) }
    const { certificate } = Authority.root(key, subject, term, systemChance)
    const path = join(folder, each)
    if (existsSync(`${path}.key.pem`))
      throw new ConfigError("ERR_CONFIG_INVALID", `${path}.key.pem is there; nothing was overwritten`)
    await writeFile(`${path}.key.pem`, keyPem(key, passphrase), { flag: "wx", mode: 0o600 })
    await writeFile(`${path}.pem`, pem("CERTIFICATE", certificate), { flag: "wx" })
  }
}

/** @throws KeyError when a key does not open or does not fit its certificate */
export async function openAuthority(folder: string, passphraseFile: string): Promise<OwnAuthorities> {
  const passphrase = await readPassphrase(passphraseFile)
  const opened = async (name: (typeof NAMES)[number]): Promise<Authority> => {
    const [keyFile, chainFile] = [join(folder, `${name}.key.pem`), join(folder, `${name}.pem`)]
    const key = privateKey(await readKeyFile(keyFile), passphrase, keyFile)
    const [certificate = new Uint8Array()] = certificateChain(await readKeyFile(chainFile), key, chainFile)
    return Authority.opened({ privateKey: key, spki: spkiOf(key) }, certificate, systemChance)
  }
  return { tls: await opened("tls-ca"), seal: await opened("seal-ca") }
}
