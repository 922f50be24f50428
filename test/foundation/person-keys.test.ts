import assert from "node:assert/strict"
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Config } from "../../gateway/config/schema.ts"
import { personKeysOf } from "../../gateway/foundation/person-keys.ts"
import type { PersonKeys } from "../../gateway/journey/ports/keys.ts"

const SERVICE: PersonKeys = {
  chain: () => Promise.resolve([]),
  needs: () => Promise.resolve("login"),
  sign: () => Promise.reject(new Error("asked to sign")),
}

describe("where a reader's key is looked for", () => {
  let folder: string
  let keys: PersonKeys
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-person-keys-"))
    const persons = join(folder, "readers")
    await mkdir(persons)
    await writeFile(join(persons, "sato.key.pem"), "")
    keys = personKeysOf({ keys: { persons }, dataDir: folder } as unknown as Config, SERVICE, null)
  })
  afterEach(() => rm(folder, { recursive: true }))

  it("is their file, and for who has none the service", async () => {
    assert.deepEqual([await keys.needs("sato"), await keys.needs("suzuki")], ["pin", "login"])
  })

  it("is nowhere while the folder of the files is away: nobody is sent to a service that has no key of theirs", async () => {
    await rename(join(folder, "readers"), join(folder, "elsewhere"))
    for (const login of ["sato", "suzuki"])
      await assert.rejects(keys.needs(login), { code: "ERR_KEY_FOLDER" })
    await rename(join(folder, "elsewhere"), join(folder, "readers"))
    assert.equal(await keys.needs("sato"), "pin")
  })
})
