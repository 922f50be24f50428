/** Keys of persons that sign only under a certificate which a second person has confirmed for the account. */
import { KeyError } from "../errors.ts"
import type { Bindings } from "../ports/bindings.ts"
import type { PersonKeys } from "../ports/keys.ts"
import type { Clock } from "../ports/time.ts"
import { fingerprintOf } from "./certificate-facts.ts"

/** Every certificate that is shown is kept to be confirmed. No PIN is tried under one that is not. */
export const boundPersonKeys = (keys: PersonKeys, bindings: Bindings, clock: Clock): PersonKeys => {
  const chain = async (login: string): Promise<readonly Uint8Array[]> => {
    const shown = await keys.chain(login)
    const [leaf] = shown
    if (leaf !== undefined) await bindings.saw(login, "signing", leaf, clock.now())
    return shown
  }
  return {
    chain,
    needs: (login) => keys.needs(login),
    sign: async (login, pin, bytes, manifest) => {
      const fault = await unconfirmed(login, await chain(login), bindings)
      if (fault !== null) throw new KeyError("ERR_KEY_UNCONFIRMED", fault)
      return keys.sign(login, pin, bytes, manifest)
    },
  }
}

/** Why this certificate does not count for the account; null = it does. */
export async function unconfirmed(
  login: string,
  [leaf]: readonly Uint8Array[],
  bindings: Pick<Bindings, "holder">,
): Promise<string | null> {
  if (leaf === undefined) return "there is no certificate"
  const fingerprint = fingerprintOf(leaf)
  const holder = await bindings.holder(fingerprint, "signing")
  return holder?.login === login
    ? null
    : `certificate ${fingerprint} is not confirmed for ${login} by a second person`
}
