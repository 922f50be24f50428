/** The officer's page over HTTP (docs/desk-api.md), at either desk: accounts, passkeys, certificates and devices. */
import type { NamedCertificate, OfficerDesk } from "../../journey/ports/accounts.ts"
import type { DeviceWanted } from "../../journey/views/account.ts"
import { Gestures } from "./gestures.ts"
import {
  gestureBody,
  lostBody,
  namedCertificateBody,
  offerDeviceBody,
  revokeBody,
  revokeDeviceBody,
} from "./input.ts"
import type { LiveEvents } from "./live-events.ts"
import { Limiter } from "./limiter.ts"
import type { DeskOptions } from "./options.ts"
import type { Passkeys } from "./passkeys.ts"
import type { Routes } from "./routes.ts"

/**
 * Taking away asks for no gesture: it must be quicker than whoever found the device (docs/adr/0029). So many of one officer is a
 * bag of lost tablets; more is a page that somebody else has found open.
 */
const TAKINGS = 20
const TAKINGS_WITHIN_MS = 15 * 60_000

/**
 * @param routes that admit officers and nobody else
 * @param events pages whose session ends by what an officer does
 */
export function mountOfficer(
  routes: Routes,
  desk: OfficerDesk,
  passkeys: Passkeys,
  options: DeskOptions,
  events: Pick<LiveEvents, "endOver">,
): void {
  const certificates = new Gestures<NamedCertificate>(passkeys, options, "the confirmation of a certificate")
  const devices = new Gestures<DeviceWanted>(passkeys, options, "the registration of a device")
  routes.json("get", "/api/accounts", null, ({ person }) => desk.accounts(person))
  routes.json("post", "/api/accounts/confirmation", namedCertificateBody, async ({ person, body }) =>
    certificates.ask(person, body, await desk.confirmation(person, body)),
  )
  routes.json("post", "/api/accounts/confirm", gestureBody, async (call) => {
    const { what, evidence } = await certificates.agreed(call, call.body.response)
    await desk.confirm(call.person, what, evidence)
    return {}
  })
  const takings = new Limiter(options.clock, TAKINGS, TAKINGS_WITHIN_MS)
  routes.json("post", "/api/accounts/revoke", revokeBody, async ({ person, body }) => {
    takings.count(person.id)
    const { reason, ...which } = body
    await desk.revoke(person, which, reason)
    await events.endOver()
    return {}
  })
  routes.json("post", "/api/accounts/lost", lostBody, async ({ person, body }) => {
    takings.count(person.id)
    const { reason, ...which } = body
    await desk.lost(person, which, reason)
    await events.endOver()
    return {}
  })
  routes.json("post", "/api/accounts/device/confirmation", offerDeviceBody, async ({ person, body }) =>
    devices.ask(person, body, await desk.deviceConfirmation(person, body)),
  )
  routes.json("post", "/api/accounts/device", gestureBody, async (call) => {
    const { what, evidence } = await devices.agreed(call, call.body.response)
    return desk.offerDevice(call.person, what, evidence)
  })
  routes.json("post", "/api/accounts/device/revoke", revokeDeviceBody, async ({ person, body }) => {
    takings.count(person.id)
    await desk.revokeDevice(person, body.id, body.reason)
    await events.endOver()
    return {}
  })
}
