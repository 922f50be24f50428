/**
 * Where things lie under the data folder.
 *
 *     spool/            marker
 *     spool/slots/      marker, slots.<epoch>.a, slots.<epoch>.b
 *     spool/objects/    marker, <slotId>/<segmentId>.seg
 */
import { join } from "node:path"
import { idBytes, isId } from "./ids.ts"

const SUFFIX = ".seg"

export interface SpoolFolders {
  readonly root: string
  readonly slots: string
  readonly objects: string
}

export function spoolFolders(dataDir: string): SpoolFolders {
  const root = join(dataDir, "spool")
  return { root, slots: join(root, "slots"), objects: join(root, "objects") }
}

/** RangeError unless `slotId` is an id. */
export function slotFolder(folders: SpoolFolders, slotId: string): string {
  return join(folders.objects, idBytes(slotId).toString("hex"))
}

export function segmentPath(folders: SpoolFolders, slotId: string, segmentId: string): string {
  return join(slotFolder(folders, slotId), idBytes(segmentId).toString("hex") + SUFFIX)
}

/** The ids among names of slot folders. */
export function slotIdsIn(names: readonly string[]): string[] {
  return names.filter(isId)
}

/** The ids among names of segment files. */
export function segmentIdsIn(names: readonly string[]): string[] {
  const ids = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length))
  return ids.filter(isId)
}
