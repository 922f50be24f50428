/**
 * Preloaded into a gateway (`node --import`): its spool writes to a disk that never syncs. Such a gateway keeps no
 * promise; it shows what keeping it costs. There is no setting for this in the product.
 */
import type { Disk, DiskFile, OpenMode } from "../../gateway/storage/spool/disk.ts"
import { nodeDisk } from "../../gateway/storage/spool/node-disk.ts"

const nothing = (): Promise<void> => Promise.resolve()

function unsynced(file: DiskFile): DiskFile {
  return {
    write: (buffers, positionBytes) => file.write(buffers, positionBytes),
    read: (into, positionBytes) => file.read(into, positionBytes),
    fdatasync: nothing,
    ftruncate: (lengthBytes) => file.ftruncate(lengthBytes),
    sizeBytes: () => file.sizeBytes(),
    close: () => file.close(),
  }
}

const open = nodeDisk.open.bind(nodeDisk)
const withoutSync: Pick<Disk, "open" | "fsyncDir"> = {
  open: async (path: string, mode: OpenMode) => unsynced(await open(path, mode)),
  fsyncDir: nothing,
}
Object.assign(nodeDisk, withoutSync)
