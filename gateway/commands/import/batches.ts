/** Files in requests of a size that shows progress and that is worth repeating when the line breaks. */
import type { MediumFile } from "./medium.ts"

const MAX_FILES = 50
const MAX_BYTES = 64 * 1024 * 1024

/** In order; a larger file goes alone. */
export function batches(files: readonly MediumFile[]): readonly (readonly MediumFile[])[] {
  const all: MediumFile[][] = []
  let current: MediumFile[] = []
  let lengthBytes = 0
  for (const file of files) {
    if (current.length === MAX_FILES || (current.length > 0 && lengthBytes + file.lengthBytes > MAX_BYTES)) {
      all.push(current)
      current = []
      lengthBytes = 0
    }
    current.push(file)
    lengthBytes += file.lengthBytes
  }
  return current.length === 0 ? all : [...all, current]
}
