/** Files of a medium nobody vouches for: what is no plain file is not opened, and no link is followed. */
import { constants, type Stats } from "node:fs"
import { lstat, open } from "node:fs/promises"
import { MediumError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"

/** What is wrong with a medium or a file of it. */
export const unfit = (sentence: string, options?: ErrorOptions): MediumError =>
  new MediumError("ERR_MEDIUM_UNFIT", sentence, options)

const CHUNK_BYTES = 1024 * 1024

/** The system's word for what went wrong; null for what did not come from the system. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null

/** Of a plain file. @throws MediumError for anything else */
export async function fileLength(path: string): Promise<number> {
  const stats = await lstatOf(path)
  if (!stats.isFile()) throw unfit("is no file")
  return stats.size
}

/** Of the thing itself, also where it is a link. @throws MediumError */
export async function lstatOf(path: string): Promise<Stats> {
  try {
    return await lstat(path)
  } catch (error) {
    throw readable(error, path)
  }
}

/** The file as it lies there, piece by piece. @throws MediumError, also in its midst (EIO of a scratched disc) */
export async function* octetsOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const file = await open(path, flags)
    try {
      if (!(await file.stat()).isFile()) throw unfit("is no file")
      yield* file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false }) as AsyncIterable<Buffer>
    } finally {
      await file.close()
    }
  } catch (error) {
    throw readable(error, path)
  }
}

/** A whole file. @throws MediumError when it is longer */
export const readWhole = (path: string, maxBytes: number): Promise<Uint8Array> =>
  collected(octetsOf(path), maxBytes, () => unfit(`is larger than ${maxBytes} bytes`))

/** The system's errors in words. */
export function readable(error: unknown, path: string): unknown {
  const code = systemCode(error)
  return code === null || error instanceof MediumError
    ? error
    : unfit(`${path} cannot be read (${code})`, { cause: error })
}
