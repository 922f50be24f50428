/**
 * `dokuei pki demo DIR`: every key and certificate a demonstration needs, made new.
 *
 * The healthcare part has the exact shape of HPKI certificates at the *test* level (1.2.392.100495.1.5.1.X.0.1), so that only
 * a gateway with `allowTestPolicies` believes them. The authorities' own keys are thrown away: when the revocation lists
 * are overdue after 30 days, the demonstration is made anew.
 */
import { existsSync } from "node:fs"
import { chown, mkdir, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Chance, Holder } from "./pki-authority.ts"
import { DEMO_TSA_POLICY, type File, holderFiles, trustFiles, tsaConfig } from "./pki-files.ts"
import { READER, makeAuthorities, makeReader, makeSite, makeTsa } from "./pki-holders.ts"
import { makeFolder } from "../storage/make-folder.ts"
import { sha256Hex } from "../standards/sha256.ts"

export interface PkiOptions {
  /** Opens the radiologist's signing key. */
  readonly pin: string
  readonly now: Date
  /** Serial numbers; keys come from the system. */
  readonly chance: Chance
}

/** What was written: paths relative to the folder, and the pins agreements need. Also in `pki.json`. */
export interface PkiSummary {
  readonly madeAt: string
  /** `edge/tls`, `center/seal`, `readers/reader1`, …: hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly spkiSha256: Readonly<Record<string, string>>
  readonly trust: Readonly<Record<"tls" | "seal" | "hpki" | "hpkiIntermediates" | "tsa", string>>
  readonly crls: readonly string[]
  readonly reader: {
    readonly name: string
    readonly japaneseName: string
    readonly key: string
    readonly chain: string
  }
  readonly tsa: { readonly config: string; readonly policy: string }
}

/**
 * Writes everything below `directory`; for the folder's own group when root makes it, so that the service reads its keys.
 * Throws EEXIST rather than overwrite a key.
 */
export async function pkiDemo(directory: string, options: PkiOptions): Promise<PkiSummary> {
  const group = await groupOf(directory)
  const made = await make(options)
  const files = { ...made.files }
  const summary = summarise(options.now, made)
  files[SUMMARY] = { content: `${JSON.stringify(summary, null, 2)}\n`, secret: false }
  for (const [path, file] of Object.entries(files)) await write(directory, path, file, group)
  return summary
}

/** Written last: where it stands everything stands. */
export const SUMMARY = "pki.json"

/** Null when only root could read what it makes: the folder is its own, or is not there yet. */
async function groupOf(directory: string): Promise<number | null> {
  if (process.getuid?.() !== 0 || !existsSync(directory)) return null
  const { gid } = await stat(directory)
  return gid === 0 ? null : gid
}

async function write(
  directory: string,
  path: string,
  { content, secret }: File,
  group: number | null,
): Promise<void> {
  const give = async (made: string): Promise<void> => {
    if (group !== null) await chown(made, 0, group)
  }
  await makeFolder(directory, 0o750)
  let folder = directory
  for (const name of dirname(path).split("/")) {
    folder = join(folder, name)
    if (existsSync(folder)) continue
    await mkdir(folder, { mode: 0o750 })
    await give(folder)
  }
  const readable = group === null ? 0o600 : 0o640
  await writeFile(join(directory, path), content, { flag: "wx", mode: secret ? readable : 0o644 })
  await give(join(directory, path))
}

async function make(options: PkiOptions) {
  const { now, pin, chance } = options
  const authorities = await makeAuthorities(now, chance)
  const holders: Record<string, Holder> = {
    ...(await makeSite("edge", authorities, now)),
    ...(await makeSite("center", authorities, now)),
  }
  const reader = await makeReader(authorities.signature, now)
  const tsa = await makeTsa(authorities.tsaRoot, now)
  const files: Record<string, File> = {
    ...Object.fromEntries(Object.entries(holders).flatMap(([path, holder]) => holderFiles(path, holder))),
    ...Object.fromEntries([...holderFiles("readers/reader1", reader, pin), ...holderFiles("tsa/tsa", tsa)]),
    ...trustFiles(authorities, now),
    "tsa/tsa.cnf": { content: tsaConfig(), secret: false },
    "tsa/serial": { content: "01\n", secret: false },
  }
  return { files, holders: { ...holders, "readers/reader1": reader, "tsa/tsa": tsa } }
}

function summarise(now: Date, { files, holders }: Awaited<ReturnType<typeof make>>): PkiSummary {
  const pins = Object.entries(holders).map(([path, { key }]) => [path, sha256Hex(key.spki)])
  return {
    madeAt: now.toISOString(),
    spkiSha256: Object.fromEntries(pins) as Record<string, string>,
    trust: {
      tls: "trust/tls-ca.pem",
      seal: "trust/seal-ca.pem",
      hpki: "trust/hpki-root.pem",
      hpkiIntermediates: "trust/hpki-intermediates.pem",
      tsa: "trust/tsa-root.pem",
    },
    crls: Object.keys(files).filter((path) => path.endsWith(".crl")),
    reader: { ...READER, key: "readers/reader1.key.pem", chain: "readers/reader1.chain.pem" },
    tsa: { config: "tsa/tsa.cnf", policy: DEMO_TSA_POLICY },
  }
}
