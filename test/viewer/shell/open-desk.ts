/** Opens a desk of fixtures in a page: what is true of every test, said once. */
import type { Page } from "playwright-core"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import {
  acknowledgedDetail,
  appendedDetail,
  CLERK,
  READER,
  reportDetail,
  SERVER_TIME,
  STAFF_ITEMS,
  stoppedDetail,
  WORK_ITEMS,
} from "../fixtures/desk.ts"
import type { DeskServer } from "./desk-server.ts"

/** Every handler back to the quiet day of the fixtures. */
export function ordinaryDay(server: DeskServer, session: SessionView): void {
  server.handlers.clear()
  server.asked.length = 0
  server.answer("GET /api/session", session)
  server.answer("POST /api/session", session)
  server.answer("POST /api/logout", {})
  server.answer("GET /api/worklist", { items: WORK_ITEMS, serverTime: SERVER_TIME })
  server.answer("GET /api/requests", { items: STAFF_ITEMS, serverTime: SERVER_TIME })
  for (const outcome of ["valid", "valid-pending", "indeterminate", "invalid"] as const)
    server.answer(`GET /api/requests/${outcome}`, reportDetail(outcome))
  server.answer("GET /api/requests/acknowledged", acknowledgedDetail())
  server.answer("GET /api/requests/appended", appendedDetail())
  server.answer("GET /api/requests/0121", stoppedDetail())
}

/** Goes to a screen and waits for `landmark` to be drawn. */
export async function visit(page: Page, server: DeskServer, hash: string, landmark: string): Promise<void> {
  await page.goto(`${server.origin}/${hash}`)
  await page.locator(landmark).first().waitFor()
}

export const reading = (server: DeskServer): void => ordinaryDay(server, READER)
export const staff = (server: DeskServer): void => ordinaryDay(server, CLERK)
