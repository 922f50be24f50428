/** `dokuei people lost`: a tablet is lost, or its holder has left. What it opened is shut at once, beside a running gateway too. */
import { systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { found } from "../../journey/desk-guards.ts"
import { DeskError } from "../../journey/errors.ts"
import { revokeDevice } from "../../journey/people/device.ts"
import { loseDevice } from "../../journey/people/lose.ts"
import type { PeopleStore } from "../../storage/people/people.ts"
import { printable } from "../printable.ts"
import { withPeople } from "./store.ts"

/** A registered device, whoever used it. */
export interface LostDevice {
  /** The beginning of its id, as `dokuei people devices` prints it. */
  readonly device: string
  readonly operator: string
  readonly reason: string
}

/** What an account enters by. */
export interface Lost {
  readonly login: string
  /** The beginning of its id, as `dokuei people list` prints it; absent = every passkey of the account. */
  readonly passkey?: string
  readonly operator: string
  readonly reason: string
}

export const lostRegistered = (config: Config, { device, operator, reason }: LostDevice): Promise<string> =>
  withPeople(config, async (people) => {
    const { id, label } = only(
      (await people.devices()).filter((each) => each.revoked === null && each.id.startsWith(device)),
      `devices begin with ${device}`,
    )
    await revokeDevice(people, id, { by: { login: null, name: operator }, reason, at: systemClock.now() })
    return `device "${printable(label)}" opens nothing more; every session on it has ended\n`
  })

export const lostPasskeys = (config: Config, { login, passkey, operator, reason }: Lost): Promise<string> =>
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

async function theOne(people: PeopleStore, personId: string, start: string): Promise<string> {
  const fitting = (await people.passkeys(personId)).filter(({ id }) => id.startsWith(start))
  return only(fitting, `passkeys begin with ${start}`).id
}

/** @throws DeskError ERR_NOT_FOUND unless it is exactly one */
function only<One>(fitting: readonly One[], what: string): One {
  const [one] = fitting
  if (one === undefined || fitting.length > 1)
    throw new DeskError("ERR_NOT_FOUND", `${fitting.length} ${what}: name one`)
  return one
}
