import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { listenLocal, type LocalDoor } from "../../../gateway/actors/local-door/listen.ts"
import { MediaRoutes } from "../../../gateway/actors/local-door/media-routes.ts"
import { LocalClient } from "../../../gateway/commands/media/local-client.ts"
import { DeskError } from "../../../gateway/journey/errors.ts"
import type { MediaDesk, MediumPlan } from "../../../gateway/journey/ports/media.ts"

describe("media over the local door", () => {
  let folder: string
  let door: LocalDoor
  let isTakenBack = false
  let begun = 0
  const plan: MediumPlan = {
    recipients: ["みほん読影センター"],
    submissions: 1,
    underWay: 0,
    waiting: [],
    files: ["A.TXT", "B.TXT"].map((path) => ({
      path,
      lengthBytes: 1,
      sha1: null,
      async *open() {
        yield await Promise.resolve(Buffer.from("x"))
      },
    })),
    check: () =>
      isTakenBack ? Promise.reject(new DeskError("ERR_NOT_ALLOWED", "taken back")) : Promise.resolve(),
    begin: () => {
      begun++
      return Promise.resolve()
    },
    failed: () => Promise.resolve(),
  }
  const desk: MediaDesk = { plan: () => Promise.resolve(plan), open: (sealed) => Promise.resolve(sealed) }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-door-"))
    const routes = new MediaRoutes(desk, (error) => assert.fail(String(error)))
    door = await listenLocal(folder, (request, response) => routes.enter(request, response))
    isTakenBack = false
    begun = 0
  })
  afterEach(async () => {
    await door.close()
    rmSync(folder, { recursive: true })
  })

  it("hands out files one by one, and no more once a study on it was taken back", async () => {
    const client = new LocalClient(folder)
    const body = { user: "sato", medium: { name: "STICK", type: "usb" }, what: "R1" }
    const { token } = await client.json<{ token: string }>("POST", "/media/plans", body)
    const file = (number: number) =>
      client.answered({ method: "GET", path: `/media/plans/${token}/${number}` })
    assert.equal((await file(0)).status, 200)
    isTakenBack = true
    const refused = await file(1)
    assert.deepEqual([refused.status, Buffer.from(refused.body).toString()], [403, "taken back\n"])
    assert.equal(begun, 1)
  })
})
