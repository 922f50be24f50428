/** The packet filter's part in isolation: the mark that outlives a restart of the machine, and the table it asks for. */
import { closeSync, existsSync, openSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { ISOLATION_FILE, ISOLATION_MARK } from "../../site/rendered.ts"
import { loadIsolation } from "../site/load.ts"
import { syncFolderSync } from "../../storage/sync-folder.ts"

const NO_SITE =
  "no site file is installed here: the packet filter was left as it is, only the program's own doors"

/** @returns what is to be said. @throws ERR_SITE_NOT_LOADED, and what the system throws, e.g. to who is not root */
export function filterShuts(): string {
  if (!existsSync(ISOLATION_FILE)) return `${NO_SITE} are shut`
  closeSync(openSync(ISOLATION_MARK, "w", 0o644))
  syncFolderSync(dirname(ISOLATION_MARK))
  loadIsolation()
  return "the packet filter lets through the management zone and nothing else"
}

/** @throws as `filterShuts` */
export function filterGivesBack(): string {
  if (!existsSync(ISOLATION_FILE)) return `${NO_SITE} are opened`
  rmSync(ISOLATION_MARK, { force: true })
  syncFolderSync(dirname(ISOLATION_MARK))
  loadIsolation()
  return "the packet filter is as the site file wants it"
}
