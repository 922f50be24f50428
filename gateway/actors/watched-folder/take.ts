/** One file into the handler, without following a link and only if nobody writes to it meanwhile. */
import { constants } from "node:fs"
import { open, realpath, type FileHandle } from "node:fs/promises"
import { join } from "node:path"
import type { FileIntake, FileSink, StoreOutcome } from "../../journey/ports/inbound.ts"
import { isUnchanged, type Candidate } from "./candidates.ts"

const CHUNK_BYTES = 256 * 1024

/**
 * Resolves when the object is durable or refused; null when the file changed, is gone or `signal` was given: nothing is
 * kept of it then.
 *
 * @param root real path of the folder
 */
export async function take(
  root: string,
  candidate: Candidate,
  intake: FileIntake,
  signal: AbortSignal,
): Promise<StoreOutcome | null> {
  const file = await openBeneath(root, candidate.name)
  if (file === null) return null
  try {
    const sink = intake.begin(null)
    if (await isFed(file, candidate, sink, signal)) return await sink.finish()
    await sink.abort()
    return null
  } finally {
    await file.close()
  }
}

/** A share that fails in the middle of a file must not keep the intake's turn. Throws what the file system said. */
async function isFed(
  file: FileHandle,
  candidate: Candidate,
  sink: FileSink,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await feed(file, candidate, sink, signal)
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** True when all of it was read and it is still what was seen. */
async function feed(
  file: FileHandle,
  { signature }: Candidate,
  sink: FileSink,
  signal: AbortSignal,
): Promise<boolean> {
  const isStill = async (): Promise<boolean> => {
    const now = await file.stat({ bigint: true })
    return now.isFile() && isUnchanged(now, signature)
  }
  if (!(await isStill())) return false
  const chunk = Buffer.alloc(CHUNK_BYTES)
  for (;;) {
    if (signal.aborted) return false
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
    if (bytesRead === 0) return isStill()
    await sink.write(chunk.subarray(0, bytesRead))
  }
}

/**
 * The file of this name; null when it is gone, or when it is reached only through a link. O_NOFOLLOW guards the last
 * component, the descriptor's own path all others. O_NONBLOCK: a pipe that was put there must not hold us.
 */
async function openBeneath(root: string, name: string): Promise<FileHandle | null> {
  const path = join(root, name)
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (isElsewhere(error)) return null
    throw error
  }
  try {
    if ((await realpath(`/proc/self/fd/${file.fd}`)) === path) return file
  } catch (error) {
    if (!isElsewhere(error)) throw error
  }
  await file.close()
  return null
}

/** Gone, or a link. */
const isElsewhere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP")
