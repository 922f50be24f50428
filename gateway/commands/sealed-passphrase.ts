/**
 * The passphrase as systemd-creds has sealed it to this machine, opened for one command: systemd gives it to the unit alone, and only
 * while that runs.
 */
import { spawnSync } from "node:child_process"
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "../config/schema.ts"
import { KeyError } from "../journey/errors.ts"

/** In memory, as systemd's own (file-hierarchy(7)): nothing of it reaches a disk. */
const RUN = "/run"
const OWNER_READS = 0o400

/**
 * Runs `work` with a configuration whose passphrase lies where the data folder's owner, and nobody else, may read it; it is gone
 * afterwards. As root, who alone may open what is sealed.
 *
 * @param sealed undefined = the configuration's own file is there
 * @throws ERR_KEY_PASSPHRASE with the words of systemd-creds
 */
export async function withSealedPassphrase<T>(
  config: Config,
  sealed: string | undefined,
  work: (config: Config) => Promise<T>,
): Promise<T> {
  if (sealed === undefined) return work(config)
  const passphrase = opened(sealed)
  const folder = mkdtempSync(join(RUN, "dokuei-"))
  const gone = (): void => rmSync(folder, { recursive: true, force: true })
  const unwatch = whenEnded(gone)
  try {
    const passphraseFile = join(folder, "passphrase")
    writeFileSync(passphraseFile, passphrase, { mode: OWNER_READS })
    const { uid, gid } = statSync(config.dataDir)
    for (const path of [passphraseFile, folder]) chownSync(path, uid, gid)
    return await work({ ...config, keys: { ...config.keys, passphraseFile } })
  } finally {
    passphrase.fill(0)
    gone()
    unwatch()
  }
}

const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** A command that is ended from outside does this before it ends. Returns how to take that back. */
function whenEnded(act: () => void): () => void {
  const end = (signal: NodeJS.Signals): void => {
    act()
    // Once heard nobody listens any more: now it ends as the signal has it.
    process.kill(process.pid, signal)
  }
  for (const signal of ENDINGS) process.once(signal, end)
  return () => ENDINGS.forEach((signal) => process.off(signal, end))
}

/** Under the name that the units give it. */
function opened(sealed: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync("systemd-creds", [
    "decrypt",
    "--name=passphrase",
    sealed,
    "-",
  ])
  if (error !== undefined) throw new KeyError("ERR_KEY_PASSPHRASE", `systemd-creds: ${error.message}`)
  if (status !== 0)
    throw new KeyError("ERR_KEY_PASSPHRASE", `${sealed} does not open: ${stderr.toString().trim()}`)
  return stdout
}
