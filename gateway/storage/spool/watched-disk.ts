/**
 * A disk whose failures are told to somebody. Whoever asked gets the same error and deals with it; that a disk fails is a
 * matter of its own, for a person, whatever became of the one object.
 */
import { type Disk, type DiskFile } from "./disk.ts"
import { hasCode } from "../has-code.ts"

export interface DiskFailure {
  /** e.g. `write`, `fdatasync`, `create`. */
  readonly operation: string
  /** Of Node's fs: `EIO`, `ENOSPC`, `EROFS`, … */
  readonly code: string
}

/** Not there, there already, not empty yet: answers. */
const ANSWERS = ["ENOENT", "EEXIST", "ENOTEMPTY"] as const

/** @param onFailure called before the error is thrown on; never throws */
export function watchedDisk(disk: Disk, onFailure: (failure: DiskFailure) => void): Disk {
  const watch = async <Answer>(operation: string, work: Promise<Answer>): Promise<Answer> => {
    try {
      return await work
    } catch (error) {
      if (!hasCode(error, ...ANSWERS)) onFailure({ operation, code: codeOf(error) })
      throw error
    }
  }
  return {
    open: async (path, mode) => watchedFile(await watch(mode, disk.open(path, mode)), watch),
    mkdir: (path) => watch("mkdir", disk.mkdir(path)),
    readdir: (path) => watch("readdir", disk.readdir(path)),
    rename: (from, to) => watch("rename", disk.rename(from, to)),
    unlink: (path) => watch("unlink", disk.unlink(path)),
    rmdir: (path) => watch("rmdir", disk.rmdir(path)),
    fsyncDir: (path) => watch("fsync of a folder", disk.fsyncDir(path)),
    statfs: (path) => watch("statfs", disk.statfs(path)),
  }
}

function watchedFile(
  file: DiskFile,
  watch: <Answer>(operation: string, work: Promise<Answer>) => Promise<Answer>,
): DiskFile {
  return {
    write: (buffers, positionBytes) => watch("write", file.write(buffers, positionBytes)),
    read: (into, positionBytes) => watch("read", file.read(into, positionBytes)),
    fdatasync: () => watch("fdatasync", file.fdatasync()),
    ftruncate: (lengthBytes) => watch("ftruncate", file.ftruncate(lengthBytes)),
    sizeBytes: () => watch("stat", file.sizeBytes()),
    close: () => watch("close", file.close()),
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown"
