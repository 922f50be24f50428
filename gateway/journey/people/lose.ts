/** A device is lost, or its holder has left: what it opened is shut at once, and the trail says by whom and why. */
import { event } from "../audit.ts"
import { DeskError } from "../errors.ts"
import type { Accounts } from "../ports/accounts.ts"
import type { Person } from "../ports/person.ts"
import { namedWitness, type Witness } from "./bind.ts"

export interface Loss {
  /** null = every passkey of the account. */
  readonly passkey: string | null
  readonly by: Witness
  readonly reason: string
  readonly at: Date
}

/** @returns passkeys that are gone. Throws DeskError ERR_NOT_FOUND when the account has not the one that is named */
export async function loseDevice(
  accounts: Pick<Accounts, "lose">,
  { id, login }: Pick<Person, "id" | "login">,
  { passkey, by, reason, at }: Loss,
): Promise<number> {
  const which = passkey === null ? "every passkey" : `passkey ${passkey}`
  const told = event({
    event: "account-changed",
    outcome: "success",
    at: at.toISOString(),
    user: by.login ?? by.name,
    userName: by.name,
    objectId: `urn:dokuei:person:${login}`,
    description: `${which} of ${login} taken away and all sessions ended, by ${namedWitness(by)}: ${reason}`,
  })
  const gone = await accounts.lose(id, passkey, told)
  if (gone === 0 && passkey !== null) throw new DeskError("ERR_NOT_FOUND", `${login} has no such passkey`)
  return gone
}
