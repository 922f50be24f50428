/** Every key of this gateway and of its people, wherever it is held, and who watches the certificates. */
import { systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { datedKeys, datedPersonKeys } from "../journey/clock/dated.ts"
import type { ClockWatch } from "../journey/clock/clock-watch.ts"
import { boundPersonKeys } from "../journey/people/bound-keys.ts"
import type { ReadersCards, SigningService } from "../journey/ports/keys.ts"
import type { World } from "../journey/world.ts"
import { keyStore, type OpenKeyStore } from "../storage/keys/key-store.ts"
import { LineKeys } from "../storage/keys/line-key.ts"
import type { PeopleStore } from "../storage/people/people.ts"
import { CertificateWatch } from "./certificate-watch.ts"
import { keyPlaces, refusedPinsFolder } from "./own-keys.ts"
import { cardKeysOf, personKeysOf, signingServiceOf } from "./person-keys.ts"

export interface KeysInHand {
  /** Seal and decryption. */
  readonly own: OpenKeyStore
  /** Keys shown in TLS, for whoever opens a connection. */
  readonly lines: LineKeys
  /** Where readers' keys are held; null = in files alone. */
  readonly signingService: SigningService | null
  readonly readersCards: ReadersCards | null
  readonly certificates: CertificateWatch
  /** As the journey may use them: never by a clock nobody vouches for, nor for an account that is not bound to the certificate. */
  usable(people: PeopleStore, clock: ClockWatch): Pick<World, "keys" | "personKeys">
}

export async function keysInHand(config: Config): Promise<KeysInHand> {
  const own = await keyStore(keyPlaces(config), refusedPinsFolder(config))
  const signingService = await signingServiceOf(config)
  const readersCards = cardKeysOf(config)
  const ofPersons = personKeysOf(config, signingService, readersCards)
  return {
    own,
    lines: new LineKeys(),
    signingService,
    readersCards,
    certificates: new CertificateWatch(config, own),
    usable: (people, clock) => ({
      keys: datedKeys(own, clock),
      personKeys: boundPersonKeys(datedPersonKeys(ofPersons, clock), people, systemClock),
    }),
  }
}
