/**
 * Which certificates there are of one key, since `pki renew` has made more than one: whoever takes one back takes back all of them. They
 * lie in the authority's folder, beside the lists.
 */
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { certificatesOf } from "../../standards/hpki/certificate-file.ts"
import { hasCode } from "../../storage/has-code.ts"
import { makeFolder } from "../../storage/make-folder.ts"
import { chainPem } from "./issue.ts"

const FOLDER = "renewed"

/** @param certificates DER; those that are known already stay */
export async function keepRenewals(authority: string, certificates: readonly Uint8Array[]): Promise<void> {
  const folder = join(authority, FOLDER)
  await makeFolder(folder)
  for (const each of certificates) {
    const name = `${Buffer.from(readCertificate(each).serial).toString("hex")}.pem`
    await writeFile(join(folder, name), chainPem([each]))
  }
}

/** These, and all that were made for the same keys by `pki renew`, or before it. DER. */
export async function ofSameKeys(
  authority: string,
  certificates: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  const keys = new Set(certificates.map(keyOf))
  const known = (await kept(join(authority, FOLDER))).filter((each) => keys.has(keyOf(each)))
  const all = [...certificates, ...known].map((each) => [Buffer.from(each).toString("base64"), each] as const)
  return [...new Map(all).values()]
}

const keyOf = (certificate: Uint8Array): string =>
  Buffer.from(readCertificate(certificate).spki).toString("base64")

async function kept(folder: string): Promise<readonly Uint8Array[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return []
    throw error
  })
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))))
  return files.flatMap((pem) => certificatesOf(pem).map(({ encoded }) => encoded))
}
