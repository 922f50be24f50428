/**
 * Revocation lists as files `*.crl` in one folder, renewed by whoever fetches them. A list that cannot be read is told
 * and left out: it must not make good signatures look bad.
 */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { Malformed } from "../standards/malformed.ts"
import { readCrl, type Crl } from "../standards/hpki/crl.ts"

export interface CrlFolder {
  /** What is there now; a file is read again when its time or size changes. */
  crls(): readonly Crl[]
  /** The same with the name of each file. */
  named(): readonly (readonly [name: string, crl: Crl])[]
  /** Names of files that are no revocation lists. */
  unreadable(): readonly string[]
}

interface Kept {
  readonly stamp: string
  readonly crl: Crl | null
}

/** What the folder itself is called where it cannot be read: no file can have this name. */
const FOLDER = "."

/** Never throws: without lists there is less to judge by, and `/healthz` tells it. */
export function crlFolder(folder: string, onUnreadable: (name: string, error: Error) => void): CrlFolder {
  let files = new Map<string, Kept>()
  const look = (): ReadonlyMap<string, Kept> => {
    const kept = (name: string): [string, Kept] => [
      name,
      current(join(folder, name), files.get(name), (error) => onUnreadable(name, error)),
    ]
    try {
      const names = readdirSync(folder).filter((name) => name.endsWith(".crl"))
      files = new Map(names.map(kept))
    } catch (error) {
      const fault = faultOf(error)
      if (!files.has(FOLDER)) onUnreadable(FOLDER, fault)
      files = new Map([[FOLDER, { stamp: "", crl: null }]])
    }
    return files
  }
  return {
    crls: () => [...look().values()].flatMap(({ crl }) => crl ?? []),
    named: () => [...look()].flatMap(([name, { crl }]) => (crl === null ? [] : [[name, crl] as const])),
    unreadable: () => [...look()].filter(([, { crl }]) => crl === null).map(([name]) => name),
  }
}

/** A file may go between being listed and being read. */
function current(path: string, kept: Kept | undefined, onUnreadable: (error: Error) => void): Kept {
  let stamp = ""
  try {
    const { mtimeMs, size, ino } = statSync(path)
    stamp = `${mtimeMs}/${size}/${ino}`
    if (kept?.stamp === stamp) return kept
    return { stamp, crl: readCrl(derOf(readFileSync(path))) }
  } catch (error) {
    onUnreadable(faultOf(error))
    return { stamp, crl: null }
  }
}

/** Faults of the file or of the system; anything else is ours. */
function faultOf(error: unknown): Error {
  if (error instanceof Malformed || (error instanceof Error && "syscall" in error)) return error
  throw error
}

const PEM = /^-----BEGIN X509 CRL-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END X509 CRL-----\s*$/

/** `openssl ca -gencrl` writes PEM, authorities publish DER. */
function derOf(bytes: Buffer): Buffer {
  const [, base64] = PEM.exec(bytes.toString("latin1")) ?? []
  return base64 === undefined ? bytes : Buffer.from(base64, "base64")
}
