/** The site file as a command gets it: by its path, with every fault of it in one error. */
import { systemClock } from "../../clock.ts"
import { faultsOf, readText } from "../../config/load.ts"
import { readSite } from "../../site/read-site.ts"
import type { Site } from "../../site/site.ts"

/** @throws ConfigError ERR_CONFIG_INVALID with every fault by its path */
export function loadSite(path: string): Site {
  const result = readSite(readText(path), systemClock.now().toISOString().slice(0, 10))
  if ("site" in result) return result.site
  throw faultsOf(path, result.issues)
}
