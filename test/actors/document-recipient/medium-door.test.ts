import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MEDIUM_PATH, mediumDoor } from "../../../gateway/actors/document-recipient/medium-door.ts"
import type { FailedSubmission } from "../../../gateway/actors/document-recipient/options.ts"
import { listenLocal, type LocalDoor } from "../../../gateway/actors/local-door/listen.ts"
import { LocalClient, one } from "../../../gateway/commands/media/local-client.ts"

const unused = (): never => assert.fail("nothing of this is asked")

describe("the door for what comes on a medium", () => {
  let folder: string
  let local: LocalDoor
  const failed: FailedSubmission[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-medium-door-"))
    const door = mediumDoor(
      {
        sourceOf: unused,
        onRefused: unused,
        onTolerated: unused,
        onFault: unused,
        onFailed: (each) => failed.push(each),
      },
      { begin: unused },
    )
    local = await listenLocal(folder, (...call) => door.enter(...call))
  })
  after(async () => {
    await local.close()
    rmSync(folder, { recursive: true })
  })

  const post = async (query: Readonly<Record<string, string>>): Promise<number> => {
    const { status } = await new LocalClient(folder).answered({
      method: "POST",
      path: `${MEDIUM_PATH}?${new URLSearchParams(query).toString()}`,
      contentType: "text/plain",
      lengthBytes: 1,
      body: one(Buffer.from("x")),
    })
    return status
  }
  const whole = { agreement: "a", user: "suzuki", type: "usb", name: "STICK" }

  it("wants to know whose medium it is, what it is and who reads it in", async () => {
    for (const key of ["agreement", "user", "type"])
      assert.equal(await post({ ...whole, [key]: "" }), 400, key)
    assert.equal(await post({ ...whole, type: "tape" }), 400)
    assert.deepEqual(failed, [], "nobody is known who tried")
  })

  it("tells of what it turns away before anything of it is read, as the door of the line does", async () => {
    assert.equal(await post(whole), 415)
    const onMedium = { medium: { name: "STICK", type: "usb" }, user: "suzuki" }
    const peer = { agreement: "a", spkiSha256: "", remoteAddress: "", onMedium }
    assert.deepEqual(failed, [{ peer, submission: null, told: ["HTTP 415"] }])
  })
})
