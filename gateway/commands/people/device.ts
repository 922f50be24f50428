/** `dokuei people device` and `devices`: a code with which a device is registered, and what is on record. */
import { systemChance, systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { found } from "../../journey/desk-guards.ts"
import { offerDevice } from "../../journey/people/device.ts"
import type { DeviceView } from "../../journey/views/device.ts"
import { printable } from "../printable.ts"
import { withPeople } from "./store.ts"

export interface WantedDevice {
  readonly label: string
  /** Login of who alone may use it; absent = it is shared. */
  readonly owner?: string
  /** YYYY-MM-DD; absent = its display was not checked. */
  readonly qualifiedUntil?: string
  readonly minutes: number
  readonly operator: string
}

/** @returns the code and the same as a link, for the operator to hand over */
export const newDevice = (config: Config, wanted: WantedDevice): Promise<string> =>
  withPeople(config, async (people) => {
    const { label, owner, qualifiedUntil = null, minutes, operator } = wanted
    const known = await people.persons()
    const person =
      owner === undefined
        ? null
        : found(
            known.find(({ login }) => login === owner),
            "account",
          )
    const by = { login: null, name: operator }
    const offer = { label, owner: person, qualifiedUntil, by, at: systemClock.now(), minutes }
    const { code } = await offerDevice({ devices: people, chance: systemChance }, offer)
    const link = `${new URL(config.desk.origin).origin}/#/device/${code}`
    return `${code}\n${link}\nenter it at the device, or open the link there: works once, for ${minutes} minutes\n`
  })

export const listDevices = (config: Config): Promise<string> =>
  withPeople(config, async (people) => {
    const lines = (await people.devices()).flatMap((device) => linesOf(device, systemClock.now()))
    const rule = `desk.devices is ${config.desk.devices}\n`
    return lines.length === 0 ? `${rule}no devices\n` : `${rule}${lines.join("\n")}\n`
  })

/** As `dokuei people lost --device` takes it. */
const SHOWN = 12

function linesOf(device: DeviceView, now: Date): readonly string[] {
  const { id, label, owner, qualifiedUntil } = device
  const whose = owner === null ? "shared" : `of ${owner.login}`
  const display = qualifiedUntil === null ? "display not checked" : `display checked until ${qualifiedUntil}`
  return [
    printable(`${id.slice(0, SHOWN)}  ${label}  ${whose}  ${display}`),
    `  ${printable(standing(device, now))}`,
  ]
}

function standing({ registeredAt, codeUntil, usedAt, revoked, madeBy }: DeviceView, now: Date): string {
  if (revoked !== null) return `taken away ${revoked.at} by ${revoked.by}: ${revoked.reason}`
  if (registeredAt !== null)
    return `registered ${registeredAt}, ${usedAt === null ? "no login yet" : `last login ${usedAt}`}`
  const isOver = codeUntil === null || new Date(codeUntil) <= now
  return `${isOver ? "its code was never used" : `waits for its code until ${codeUntil}`}, made by ${madeBy}`
}
