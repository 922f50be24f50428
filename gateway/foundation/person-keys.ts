/** Where readers' signing keys are: in a file of theirs, on a card at their own PC, or at the signing service of the centre. */
import { readFile } from "node:fs/promises"
import type { RemoteKeys } from "../actors/signing-service/signing-service.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import type { PersonKeys } from "../journey/ports/keys.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"
import { CardKeys } from "../storage/keys/card-keys.ts"
import { personKeys } from "../storage/keys/person-keys.ts"

/** A holder may first have to find the telephone that asks for consent. */
const ANSWER_MS = 60_000

/** null = none is configured. */
export async function signingServiceOf({ keys, desk }: Config): Promise<RemoteKeys | null> {
  if (keys.signingService === undefined) return null
  const { url, ca, clientId, clientSecretFile } = keys.signingService
  // Loaded where it is used.
  const service = await import("../actors/signing-service/signing-service.ts")
  return new service.RemoteKeys({
    url,
    trustedPem: await readKeyFile(ca),
    timeoutMs: ANSWER_MS,
    clientId,
    clientSecret: (await readFile(clientSecretFile, "utf8")).trim(),
    redirectUri: `${desk.origin}/`,
    clock: systemClock,
    chance: systemChance,
  })
}

/** null = nobody signs with a card at their own PC. */
export function cardKeysOf({ keys, dataDir }: Config): CardKeys | null {
  if (keys.cardBridge === undefined) return null
  const files = personKeys(keys.persons ?? dataDir)
  return new CardKeys(files, { bridge: `http://127.0.0.1:${keys.cardBridge}`, chance: systemChance })
}

/**
 * Who has a key file signs with it; who has certificates alone, with a card; everybody else at the service. While their folder is
 * not there nobody is sent to the service whose key may lie in it.
 */
export function personKeysOf(
  { keys, dataDir }: Config,
  service: PersonKeys | null,
  cards: CardKeys | null,
): PersonKeys {
  const files = personKeys(keys.persons ?? dataDir)
  const of = (login: string): PersonKeys => {
    if (cards?.isHolder(login) === true) return cards
    return service === null || files.has(login) || !files.isThere() ? files : service
  }
  return {
    chain: (login) => of(login).chain(login),
    needs: (login) => of(login).needs(login),
    sign: (login, pin, bytes, parts) => of(login).sign(login, pin, bytes, parts),
  }
}
