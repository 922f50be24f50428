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
  /** Names of files that are no revocation lists. */
  unreadable(): readonly string[]
}

interface Kept {
  readonly stamp: string
  readonly crl: Crl | null
}

export function crlFolder(folder: string, onUnreadable: (name: string, error: Malformed) => void): CrlFolder {
  let files = new Map<string, Kept>()
  const look = (): ReadonlyMap<string, Kept> => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".crl"))
    files = new Map(
      names.map((name) => [
        name,
        current(join(folder, name), files.get(name), (error) => onUnreadable(name, error)),
      ]),
    )
    return files
  }
  return {
    crls: () => [...look().values()].flatMap(({ crl }) => crl ?? []),
    unreadable: () => [...look()].filter(([, { crl }]) => crl === null).map(([name]) => name),
  }
}

function current(path: string, kept: Kept | undefined, onUnreadable: (error: Malformed) => void): Kept {
  const { mtimeMs, size, ino } = statSync(path)
  const stamp = `${mtimeMs}/${size}/${ino}`
  if (kept?.stamp === stamp) return kept
  try {
    return { stamp, crl: readCrl(readFileSync(path)) }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    onUnreadable(error)
    return { stamp, crl: null }
  }
}
