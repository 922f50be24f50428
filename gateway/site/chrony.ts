/** Time (chrony.conf(5)): several sources, of which a majority must agree; a clock that is off is stepped at the start alone. */
import { printed } from "./printed.ts"
import type { Site } from "./site.ts"

/** Sources that must agree before any is believed. */
const AGREEING = 2

/** One to each source; with NTS where the source's name is known (RFC 8915). */
export const chronySources = ({ timeServers }: Site): string =>
  printed(
    timeServers.map(({ address, name }) =>
      name === undefined ? `server ${address} iburst` : `server ${name} iburst nts`,
    ),
  )

export const chronySettings = (): string =>
  printed([
    `minsources ${AGREEING}`,
    "# A start may find a clock that is hours off; later jumps would break terms and signatures.",
    "makestep 1 3",
    "maxchange 1 3 2",
    "rtcsync",
    "# Nobody asks this machine for the time, and only its own services command it.",
    "port 0",
    "cmdport 0",
    "leapsectz right/UTC",
  ])
