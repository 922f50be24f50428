/** Whether there is room for what a bench writes: a full disk in the middle of an hour would cost the hour. */
import { statfs } from "node:fs/promises"
import { tmpdir } from "node:os"

/** File systems slow down when they are nearly full, and others write, too. */
const KEPT_FREE_BYTES = 2e9

/** @throws Error in words when less is free below `parent` (the system's temporary folder when null) */
export async function assertRoom(parent: string | null, what: string, bytes: number): Promise<void> {
  const folder = parent ?? tmpdir()
  const { bavail, bsize } = await statfs(folder)
  const fault = shortOfRoom(what, bytes, bavail * bsize)
  if (fault !== null) throw new Error(`${fault} in ${folder}: fewer rounds, another --set or --dir would do`)
}

/** Null when it fits. */
export function shortOfRoom(what: string, bytes: number, freeBytes: number): string | null {
  const wanted = bytes + KEPT_FREE_BYTES
  if (wanted <= freeBytes) return null
  return `${what} wants ${gigabytes(wanted)} of disk, ${gigabytes(freeBytes)} are free`
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
