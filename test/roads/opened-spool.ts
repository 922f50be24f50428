/** What lies sealed in a gateway's spool, opened with the gateway's own keys from a copy of its folder. */
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemChance, systemClock } from "../../gateway/clock.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { openEpochKey } from "../../gateway/storage/keys/epoch-key-file.ts"
import { currentEpoch, openSpool } from "../../gateway/storage/spool/file-spool.ts"
import type { Rot } from "../../gateway/storage/spool/findings.ts"
import type { ObjectMeta } from "../../gateway/journey/ports/spool.ts"
import type { Road, Role } from "./road.ts"

export interface Opened {
  readonly meta: ObjectMeta
  readonly kind: string
  readonly slotId: string
  readonly objectId: string
  /** Clear. */
  readonly bytes: Buffer
}

/** @param onRot what the scan finds wrong */
export const openedSpool = (road: Road, role: Role, onRot?: (rot: Rot) => void): Promise<Opened[]> =>
  spoolOf(road.configFile(role), onRot)

export async function spoolOf(
  configFile: string,
  onRot: (rot: Rot) => void = () => undefined,
): Promise<Opened[]> {
  const config = loadConfig(configFile)
  const copy = mkdtempSync(join(tmpdir(), "dokuei-opened-"))
  try {
    for (const folder of ["spool", "keys"])
      cpSync(join(config.dataDir, folder), join(copy, folder), { recursive: true, filter: existsSync })
    const files = { folder: join(copy, "keys"), passphraseFile: config.keys.passphraseFile }
    const epochKey = await openEpochKey(files, (await currentEpoch(copy)) ?? 1)
    const parts = { site: config.site.oid, epochKey, clock: systemClock, chance: systemChance, onRot }
    const spool = await openSpool({ dataDir: copy, ...parts })
    const opened: Opened[] = []
    for await (const { place, facts } of spool.scan()) {
      const pieces: Uint8Array[] = []
      for await (const piece of (await spool.open(place)).clear()) pieces.push(piece)
      opened.push({
        meta: facts.meta,
        kind: facts.kind,
        slotId: place.slotId,
        objectId: place.objectId,
        bytes: Buffer.concat(pieces),
      })
    }
    await spool.close()
    return opened
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Hex SHA-256 of the data set in a Part 10 file: everything after group 0002. */
export function dataSetDigest(file: Uint8Array): string {
  const start = dataSetStart(file)
  if (start === null) throw new Error("no Part 10 file")
  return createHash("sha256").update(file.subarray(start.offsetBytes)).digest("hex")
}
