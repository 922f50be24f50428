/** The door for cards, as the configuration wants it: its own TLS, and the judge of who may come in. */
import { readFile } from "node:fs/promises"
import type { TlsOptions } from "node:tls"
import type { CardDoorOptions } from "../actors/desks/options.ts"
import { serverTls } from "../actors/secure-node/tls.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import { systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { cardHolder } from "../journey/people/card-login.ts"
import type { PeopleStore } from "../storage/people/people.ts"
import { lineCredentials, type LineCredentials, type LineParts } from "./line-credentials.ts"
import { certificates, loginTrust, type EvidenceAtHand } from "./trust-store.ts"

/** Whoever looks for the card meanwhile holds a place. */
const WAITING_PLACES = 128

export interface CardParts extends LineParts {
  readonly config: Config
  readonly people: PeopleStore
  readonly evidence: EvidenceAtHand
}

/** null = none is configured. */
export async function cardDoorOf(parts: CardParts): Promise<CardDoorOptions | null> {
  const { config, people, evidence } = parts
  const { cards } = config.desk
  if (cards === undefined) return null
  const { host, port, origin, key, chain, authorities } = cards
  const credentials = await lineCredentials(parts, {
    key,
    chain,
    ca: authorities,
    profile: PROFILE[cards.tls],
  })
  const roots = await readFile(config.trust.hpkiRoots, "utf8")
  const trust = await loginTrust(config, await certificates(authorities), evidence)
  return {
    host,
    port,
    origin,
    tls: () => tlsOf(credentials, roots, cards.tls),
    onRenewed: credentials.onRenewed,
    judge: async (shown) =>
      cardHolder(shown, {
        trust: trust(),
        bindings: people,
        persons: await people.persons(),
        now: systemClock.now(),
        want: (path) => evidence.want?.([path]),
      }),
    guard: httpGuard(WAITING_PLACES),
  }
}

const PROFILE = { "1.3": "1.3", "1.2": "ihe-stx" } as const

/**
 * Whether the certificate counts is for the judge, by rules OpenSSL has not: whoever shows another, or none, gets as far as
 * to be told so. The authorities' names tell the browser which cards to offer.
 */
function tlsOf(credentials: LineCredentials, roots: string, tls: keyof typeof PROFILE): TlsOptions {
  return {
    ...serverTls(credentials),
    ca: [credentials.trustedPem, roots],
    rejectUnauthorized: false,
    // The other side would agree on 1.3, and only then find that its card cannot sign so.
    ...(tls === "1.2" ? { maxVersion: "TLSv1.2" } : {}),
  }
}
