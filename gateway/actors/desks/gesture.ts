/** A gesture: a person shows with their own passkey, at this moment, that they agree to exactly these bytes. */
import type { AuthenticationResponseJSON } from "@simplewebauthn/server"
import { DeskError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { DeskOptions } from "./options.ts"
import { claimedChallenge, type Passkeys } from "./passkeys.ts"

export interface GestureParts {
  readonly passkeys: Pick<Passkeys, "verifyAssertion">
  readonly options: Pick<DeskOptions, "people" | "clock">
}

/**
 * Checks the assertion over what was asked, and counts the passkey's use.
 *
 * @param challenge base64url SHA-256 of what the person is asked to agree to
 * @throws DeskError ERR_LOGIN_REFUSED
 */
export async function checkGesture(
  { passkeys, options: { people, clock } }: GestureParts,
  person: Person,
  challenge: string,
  response: AuthenticationResponseJSON,
): Promise<void> {
  const credential = await people.credential(response.id)
  if (credential?.personId !== person.id) throw new DeskError("ERR_LOGIN_REFUSED", "the passkey is not yours")
  if (claimedChallenge(response.response.clientDataJSON) !== challenge)
    throw new DeskError("ERR_LOGIN_REFUSED", "the passkey answered another question")
  const counter = await passkeys.verifyAssertion(response, challenge, credential)
  await people.countUse(credential.id, counter, clock.now())
}
