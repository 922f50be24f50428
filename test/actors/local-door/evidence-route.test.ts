import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EVIDENCE_PATH, evidenceRoute } from "../../../gateway/actors/local-door/evidence-route.ts"
import { listenLocal, type LocalDoor } from "../../../gateway/actors/local-door/listen.ts"
import { LocalClient } from "../../../gateway/commands/media/local-client.ts"
import { DeskError, MediumError } from "../../../gateway/journey/errors.ts"
import type { EvidenceDesk } from "../../../gateway/journey/ports/evidence.ts"

describe("evidence over the local door", () => {
  let folder: string
  let door: LocalDoor
  const asked: unknown[] = []
  const desk: EvidenceDesk = {
    take: (taker, what) => {
      asked.push([taker, what])
      if (what !== "R-1") return Promise.reject(new DeskError("ERR_NOT_FOUND", "there is no signed report"))
      const pieces = ["PK", "one", "two"].map((text) => Buffer.from(text))
      return Promise.resolve({ fileName: "dokuei-evidence-1.zip", pieces, reportIds: ["r"] })
    },
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-door-"))
    door = await listenLocal(
      folder,
      evidenceRoute(desk, (error) => assert.fail(String(error))),
    )
  })
  after(async () => {
    await door.close()
    rmSync(folder, { recursive: true })
  })
  const posted = async (body: unknown): Promise<string> => {
    const pieces = new LocalClient(folder).posted(EVIDENCE_PATH, Buffer.from(JSON.stringify(body)))
    let text = ""
    for await (const piece of pieces) text += Buffer.from(piece).toString()
    return text
  }

  it("hands the package to whoever the socket lets, in their name", async () => {
    assert.equal(await posted({ user: "sato", what: "R-1" }), "PKonetwo")
    assert.deepEqual(asked, [[{ user: "sato", userName: null }, "R-1"]])
  })

  it("says in words why there is none", async () => {
    const isTold = (words: RegExp) => (error: unknown) =>
      error instanceof MediumError && words.test(error.message)
    await assert.rejects(posted({ user: "sato", what: "R-2" }), isTold(/no signed report/))
    await assert.rejects(posted({ user: "sato" }), isTold(/has faults/))
  })
})
