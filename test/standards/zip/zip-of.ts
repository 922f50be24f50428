/** ZIP files as tests need them: read from memory, written by us, or taken apart and put together wrongly. */
import { crc32 } from "node:zlib"
import { readZipDirectory, type ZipSource } from "../../../gateway/standards/zip/directory.ts"
import { zipFiles } from "../../../gateway/standards/zip/files.ts"
import { zipFrame } from "../../../gateway/standards/zip/write-zip.ts"

export const AT = new Date("2026-11-26T05:00:00Z")

export type Files = readonly (readonly [name: string, bytes: Uint8Array])[]

export function zipOf(files: Files): Buffer {
  const stored = files.map(([name, bytes]) => ({
    name,
    bytes,
    lengthBytes: bytes.length,
    crc32: crc32(bytes),
  }))
  const frame = zipFrame(stored, AT)
  return Buffer.concat([...frame.files.flatMap(({ file, head }) => [head, file.bytes]), frame.tail])
}

export const sourceOf = (zip: Uint8Array): ZipSource => ({
  lengthBytes: zip.length,
  range: (start, end) => Promise.resolve(zip.subarray(start, end)),
})

export async function* inPieces(bytes: Uint8Array, lengthBytes = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += lengthBytes)
    yield await Promise.resolve(bytes.subarray(at, at + lengthBytes))
}

/** Name and content of each file, in the order in which they lie. */
export async function filesOf(zip: Uint8Array): Promise<[name: string, bytes: Buffer][]> {
  const directory = await readZipDirectory(sourceOf(zip))
  const files: [string, Buffer][] = []
  for await (const { entry, octets } of zipFiles(directory, inPieces(zip.subarray(0, directory.offset)))) {
    const pieces: Uint8Array[] = []
    for await (const piece of octets) pieces.push(Uint8Array.from(piece))
    files.push([entry.name, Buffer.concat(pieces)])
  }
  return files
}
