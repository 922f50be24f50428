/** `dokuei people lost`: a tablet is lost, or its holder has left. What it opened is shut at once, beside a running gateway too. */
import { systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { found } from "../../journey/desk-guards.ts"
import { DeskError } from "../../journey/errors.ts"
import { loseDevice } from "../../journey/people/lose.ts"
import type { PeopleStore } from "../../storage/people/people.ts"
import { withPeople } from "./store.ts"

export interface Lost {
  readonly login: string
  /** The beginning of its id, as `dokuei people list` prints it; absent = every passkey of the account. */
  readonly passkey?: string
  readonly operator: string
  readonly reason: string
}

export const lostDevice = (config: Config, { login, passkey, operator, reason }: Lost): Promise<string> =>
  withPeople(config, async (people) => {
    const person = found(
      (await people.persons()).find((each) => each.login === login),
      "account",
    )
    const id = passkey === undefined ? null : await theOne(people, person.id, passkey)
    const by = { login: null, name: operator }
    const gone = await loseDevice(people, person, { passkey: id, by, reason, at: systemClock.now() })
    return `${gone} passkey(s) of ${login} open nothing more; every session has ended\nenrol again: dokuei enrol --login ${login}\n`
  })

/** @throws DeskError ERR_NOT_FOUND unless exactly one begins so */
async function theOne(people: PeopleStore, personId: string, start: string): Promise<string> {
  const fitting = (await people.passkeys(personId)).filter(({ id }) => id.startsWith(start))
  const [one] = fitting
  if (one === undefined || fitting.length > 1)
    throw new DeskError("ERR_NOT_FOUND", `${fitting.length} passkeys begin with ${start}: name one`)
  return one.id
}
