/** docs/store.md is true: its script, in another language and with another library, opens what we sealed. */
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { nodeDisk } from "../../../gateway/storage/spool/node-disk.ts"
import { seal } from "../../contracts/spool.contract.ts"
import { EPOCH_KEY, SITE, openTestSpool, prologue, sha256 } from "./world.ts"

const DOCUMENT = new URL("../../../docs/store.md", import.meta.url)

describe("the script in docs/store.md", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-store-"))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it("opens an object from the raw files and the epoch key", async function () {
    if (spawnSync("python3", ["-c", "import cryptography"]).status !== 0) {
      console.log("      skipped: python3 has no module cryptography (Debian: python3-cryptography)")
      this.skip()
    }
    const spool = await openTestSpool(nodeDisk, folder, "document")
    const segment = await spool.openSegment(await spool.createSlot("received"))
    await seal(segment, Buffer.alloc(777, 1), "first")
    const clear = Buffer.alloc(1_500_000, "second")
    const { place } = await seal(segment, clear, "second")
    await segment.close()
    await spool.close()

    const script = /```python\n([\s\S]+?)```/.exec(await readFile(DOCUMENT, "utf8"))?.[1]
    assert.ok(script !== undefined)
    await writeFile(join(folder, "open.py"), script)
    const file = join(folder, "spool/objects", place.slotId, `${place.segmentId}.seg`)
    const args = [SITE, join(folder, "spool/slots/slots.1.b"), "1", file, String(place.offsetBytes)]
    const key = EPOCH_KEY.key.toString("hex")
    const printed = execFileSync("python3", ["open.py", ...args, key], { cwd: folder, encoding: "utf8" })
    const whole = Buffer.concat([prologue(), clear])
    assert.equal(printed.trim(), `sha256 ${sha256(whole)} data set ${sha256(clear)}`)
    assert.ok((await readFile(join(folder, "clear.dcm"))).equals(whole))
  })
})
