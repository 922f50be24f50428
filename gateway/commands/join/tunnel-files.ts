/** A gateway's key and certificate for tunnels, laid out as strongSwan has them below /etc/swanctl. */
import { writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { TUNNEL_NAMES } from "../../site/tunnel-files.ts"
import { makeFolder } from "../../storage/make-folder.ts"

/** PEM each. @throws EEXIST rather than overwrite a key */
export async function writeTunnelFiles(
  folder: string,
  files: Readonly<Record<keyof typeof TUNNEL_NAMES, string>>,
): Promise<void> {
  for (const name of ["key", "certificate", "authority"] as const) {
    const path = join(folder, TUNNEL_NAMES[name])
    await makeFolder(dirname(path), name === "key" ? 0o700 : 0o755)
    await writeFile(path, files[name], { flag: "wx", mode: name === "key" ? 0o600 : 0o644 })
  }
}
