/** One thing an inspector can ask of this machine, and what was seen of it (guidelines: requirement ids). */
import type { Config } from "../config/schema.ts"
import type { Site } from "../site/site.ts"
import type { Machine } from "./machine.ts"

export const AREAS = [
  "network",
  "tls",
  "crypto",
  "time",
  "host",
  "policy",
  "retention",
  "contacts",
  "backup",
] as const
export type Area = (typeof AREAS)[number]

/** What is looked at. What was not given is null: then a check that needs it says so. */
export interface Facts {
  readonly site: Site | null
  readonly config: Config | null
  readonly machine: Machine
  readonly now: Date
}

/** `unseen`: the machine did not tell, or a file was not given; neither right nor wrong. */
export type Outcome = "ok" | "fault" | "unseen"

export interface Finding {
  readonly outcome: Outcome
  /** In words, with the values themselves. */
  readonly seen: string
  /** What to do about it; "" when nothing. */
  readonly todo: string
}

export interface Check {
  /** `network.paths` */
  readonly name: `${Area}.${string}`
  /** Requirements it is evidence of. */
  readonly ids: readonly string[]
  readonly asks: string
  look(facts: Facts): Finding
}

export const ok = (seen: string): Finding => ({ outcome: "ok", seen, todo: "" })
export const fault = (seen: string, todo: string): Finding => ({ outcome: "fault", seen, todo })
export const unseen = (seen: string, todo: string): Finding => ({ outcome: "unseen", seen, todo })
/** What to do when a program of the machine told nothing: mostly nobody is root, or its service does not run. */
export const ASK_AS_ROOT =
  "run it as root on the machine itself, while what it asks runs: systemctl status strongswan chrony nftables"

/** A check of what a site file says against the machine. */
export const withSite =
  (look: (site: Site, facts: Facts) => Finding) =>
  (facts: Facts): Finding =>
    facts.site === null
      ? unseen("no site file was given", "name it: dokuei doctor --site /etc/dokuei/site.yaml")
      : look(facts.site, facts)

/** A check of what the gateway's configuration says. */
export const withConfig =
  (look: (config: Config, facts: Facts) => Finding) =>
  (facts: Facts): Finding =>
    facts.config === null
      ? unseen("no configuration was given", "name it: dokuei doctor --config /etc/dokuei/edge.yaml")
      : look(facts.config, facts)

/** Ok when there is nothing to say, or all of it in one finding. */
export const noneOf = (faults: readonly string[], right: string, todo: string): Finding =>
  faults.length === 0 ? ok(right) : fault(faults.join("; "), todo)
