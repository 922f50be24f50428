/** Have files changed since they were read? */
import { statSync } from "node:fs"

/** Of time, length and inode of each; what is not there has none. */
export function fileStamp(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat === undefined ? "-" : `${stat.mtimeMs}/${stat.size}/${stat.ino}`
    })
    .join()
}
