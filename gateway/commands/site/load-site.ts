/** The site file as a command gets it: by its path, with every fault of it in one error. */
import { readFileSync } from "node:fs"
import { systemClock } from "../../clock.ts"
import { faultsOf } from "../../config.ts"
import { ConfigError } from "../../journey/errors.ts"
import { readSite } from "../../site/read-site.ts"
import type { Site } from "../../site/site.ts"

/** @throws ConfigError ERR_CONFIG_INVALID with every fault by its path */
export function loadSite(path: string): Site {
  const result = readSite(textOf(path), systemClock.now().toISOString().slice(0, 10))
  if ("site" in result) return result.site
  throw faultsOf(path, result.issues)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    throw new ConfigError("ERR_CONFIG_INVALID", `${path} cannot be read (${why})`, { cause })
  }
}
