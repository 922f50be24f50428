/** Revocation evidence of one role: the folder of lists, and what is fetched by configuration, as one. */
import { join } from "node:path"
import { revocationClient } from "../actors/revocation-client/revocation-client.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { errorFields, type Log } from "../log.ts"
import { crlFolder, type CrlFolder } from "./crl-folder.ts"
import { keepRevocation, type RevocationKeeping } from "./revocation-keeping.ts"

/** In dataDir. */
const FOLDER = "revocation"

export interface Revocation extends Pick<
  RevocationKeeping,
  "ocsp" | "want" | "states" | "uncalled" | "stop"
> {
  /** Those of the folder, and those that were fetched. */
  readonly lists: CrlFolder
}

export interface RevocationWiring {
  readonly config: Config
  readonly log: Log
  readonly onNews: () => void
}

export function fetchRevocation({ config, log, onNews }: RevocationWiring): Revocation {
  const { crls, revocation } = config.trust
  const folder = crlFolder(crls, (name, error) =>
    log("error", "revocation-list-unreadable", { name, ...errorFields(error) }),
  )
  const keeping = keepRevocation({
    folder: join(config.dataDir, FOLDER),
    client: revocationClient(revocation.fetchFrom),
    maxAgeMs: revocation.maxAge,
    clock: systemClock,
    chance: systemChance,
    otherLists: () => folder.crls(),
    onNews,
    onFault: ({ url }, error) =>
      error === null
        ? log("info", "revocation-fetched-again", { url })
        : log("warn", "revocation-not-fetched", { url, ...errorFields(error) }),
    onUnreadable: (name, error) => log("warn", "revocation-file-dropped", { name, ...errorFields(error) }),
  })
  const lists: CrlFolder = {
    ...folder,
    crls: () => [...folder.crls(), ...keeping.crls()],
    named: () => [...folder.named(), ...keeping.named()],
  }
  return { ...keeping, lists }
}
