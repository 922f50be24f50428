/** Where readers' signing keys are: in a file of theirs, or at the signing service of the reading centre. */
import { readFile } from "node:fs/promises"
import type { RemoteKeys } from "../actors/signing-service/signing-service.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import type { PersonKeys } from "../journey/ports/keys.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"
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

/** Who has a key file signs with it. */
export function personKeysOf({ keys, dataDir }: Config, service: PersonKeys | null): PersonKeys {
  const files = personKeys(keys.persons ?? dataDir)
  const of = (login: string): PersonKeys => (service === null || files.has(login) ? files : service)
  return {
    chain: (login) => of(login).chain(login),
    needs: (login) => of(login).needs(login),
    sign: (login, pin, bytes) => of(login).sign(login, pin, bytes),
  }
}
