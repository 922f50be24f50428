import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { syncFolder, syncFolderSync, syncMediumFolder } from "../../gateway/storage/sync-folder.ts"

/** No folder of it can be synced: the kernel answers EINVAL, as it does for some media. */
const CANNOT = "/proc/self"

describe("syncing a folder", () => {
  it("is done, or said to be impossible where the folder is not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-sync-"))
    await syncFolder(folder)
    syncFolderSync(folder)
    await syncMediumFolder(folder)
    rmSync(folder, { recursive: true })
    await assert.rejects(syncMediumFolder(folder), { code: "ENOENT" })
  })

  it("that its file system cannot sync is an error of our own data, and none of a medium", async () => {
    await assert.rejects(syncFolder(CANNOT), { code: "EINVAL" })
    assert.throws(() => syncFolderSync(CANNOT), { code: "EINVAL" })
    await syncMediumFolder(CANNOT)
  })
})
