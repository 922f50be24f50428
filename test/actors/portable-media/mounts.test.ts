/** A medium that fills up, and one of FAT: file systems of their own, in a namespace that goes with the test. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Context } from "mocha"

const INSIDE = join(import.meta.dirname, "write-inside.ts")
const MIB = 1024 * 1024

describe("a medium with a file system of its own", function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-mount-"))))
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Mounts at `$1` in a namespace of its own and writes there; skips where that is not allowed. */
  function inside(test: Context, mount: string, lengthBytes: number): readonly string[] {
    const script = `mkdir -p "$1" && ${mount} || exit 77; exec "$2" "$3" "$1" ${lengthBytes}`
    const args = ["-m", "sh", "-c", script, "sh", join(folder, "stick"), process.execPath, INSIDE]
    const { status, stdout } = spawnSync("unshare", args, { encoding: "utf8" })
    if (status !== 0) {
      console.log("      skipped: nothing may be mounted here")
      test.skip()
    }
    return stdout.trim().split("\n")
  }

  it("that is full says so, and is no medium", function () {
    const [told, left = ""] = inside(this, `mount -t tmpfs -o size=6m tmpfs "$1"`, 8 * MIB)
    assert.match(told ?? "", /cannot be written \(ENOSPC\)/)
    assert.equal(left, "")
  })

  it("of FAT keeps it, in its own case of letters", function () {
    if (process.env.DOKUEI_LONG === undefined || !existsSync("/usr/sbin/mkfs.vfat")) {
      console.log("      skipped: not the long suite, or no mkfs.vfat (dosfstools)")
      this.skip()
    }
    const image = join(folder, "stick.img")
    const mount = `truncate -s 64M ${image} && mkfs.vfat ${image} >/dev/null && mount -o loop ${image} "$1"`
    assert.deepEqual(inside(this, mount, 8 * MIB), ["2 documents, 1 of 1 whole", "IHE_XDM"])
  })
})
