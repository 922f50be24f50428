/** The technician's page over HTTP (docs/desk-api.md): what is known, and tests, which are never many. */
import { z } from "zod"
import type { TechnicianDesk } from "../../journey/ports/machine-desk.ts"
import { Limiter } from "./limiter.ts"
import type { DeskOptions } from "./options.ts"
import type { Routes } from "./routes.ts"

/** Enough for a person who is mending something; too few to disturb a device. */
const TESTS_PER_MINUTE = 6
const MINUTE_MS = 60_000

const echoBody = z.strictObject({ aeTitle: z.string().min(1).max(16) })
const reachBody = z.strictObject({ agreement: z.string().min(1).max(32) })

export function mountTechnician(routes: Routes, desk: TechnicianDesk, { clock }: DeskOptions): void {
  const tests = new Limiter(clock, TESTS_PER_MINUTE, MINUTE_MS)
  routes.json("get", "/api/technician", null, ({ person }) => desk.view(person))
  routes.json("post", "/api/technician/echo", echoBody, ({ person, body }) => {
    tests.count(`echo/${body.aeTitle}`)
    return desk.echo(person, body.aeTitle)
  })
  routes.json("post", "/api/technician/line", reachBody, ({ person, body }) => {
    tests.count(`line/${body.agreement}`)
    return desk.reach(person, body.agreement)
  })
}
