import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32 as nodeCrc32 } from "node:zlib"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { crc32 } from "../../../gateway/standards/zip/crc32.ts"
import { readZip, writeZip, type ZipFile } from "../../../gateway/standards/zip/stored-zip.ts"

const FILES: readonly ZipFile[] = [
  { path: "index.json", octets: Buffer.from("{}") },
  { path: "report-1/report.xml", octets: Buffer.from("報告") },
  { path: "empty", octets: Buffer.alloc(0) },
]
const zip = (files: readonly ZipFile[] = FILES): Buffer => Buffer.concat(writeZip(files))
const codeOf = (archive: Uint8Array): string | null => {
  try {
    readZip(archive)
    return null
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return problem.code
  }
}
/** Written by another program. */
const PYTHON = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED if sys.argv[2] == "deflated" else zipfile.ZIP_STORED)
for name in sys.argv[3:]: z.writestr(name, "a" * 100)
z.close()
`

describe("a ZIP of stored files", () => {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-zip-"))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const byPython = (how: string, ...names: string[]): Buffer => {
    const path = join(folder, "python.zip")
    execFileSync("python3", ["-c", PYTHON, path, how, ...names], { stdio: ["ignore", "ignore", "ignore"] })
    return execFileSync("cat", [path])
  }

  it("is read back as it was written", () => {
    assert.deepEqual(
      readZip(zip()).map(({ path, octets }) => [path, Buffer.from(octets)]),
      FILES.map(({ path, octets }) => [path, Buffer.from(octets)]),
    )
    assert.deepEqual(readZip(zip([])), [])
  })

  it("is read by others", () => {
    writeFileSync(join(folder, "ours.zip"), zip())
    const program =
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(*z.namelist())"
    const names = execFileSync("python3", ["-c", program, join(folder, "ours.zip")], { encoding: "utf8" })
    assert.equal(names.trim(), FILES.map(({ path }) => path).join(" "))
  })

  it("counts CRC-32 as zlib does", () => {
    for (const { octets } of FILES) assert.equal(crc32(octets), nodeCrc32(octets))
  })

  it("takes no name that leads elsewhere, and none twice", () => {
    for (const path of ["../up", "/etc/passwd", "a//b", "a/./b", "c:\\x", ".hidden", "Report", "", "a/"])
      assert.throws(() => writeZip([{ path, octets: Buffer.alloc(0) }]), RangeError, path)
    const file = { path: "a", octets: Buffer.from("1") }
    assert.throws(() => writeZip([file, file]), RangeError)
    // Of equal length, so that only the name is another.
    const renamed = Buffer.from(zip([{ path: "aa/x", octets: Buffer.from("1") }]))
    for (let at = renamed.indexOf("aa/x"); at >= 0; at = renamed.indexOf("aa/x")) renamed.write("../x", at)
    assert.equal(codeOf(renamed), "ZIP_PATH")
    const twice = Buffer.from(zip([file, { path: "b", octets: Buffer.from("2") }]))
    for (let at = twice.lastIndexOf("b"); at >= 0; at = twice.lastIndexOf("b")) twice.write("a", at)
    assert.equal(codeOf(twice), "ZIP_PATH")
  })

  it("refuses what is compressed, and says what to do", () => {
    assert.equal(codeOf(byPython("deflated", "a")), "ZIP_METHOD")
  })

  it("takes what another program packed in this form, whatever its dates and attributes", () => {
    const [file] = readZip(byPython("stored", "a"))
    assert.deepEqual([file?.path, file?.octets.length], ["a", 100])
    assert.equal(codeOf(byPython("stored", "a", "a")), "ZIP_PATH")
  })

  it("refuses every cut, and takes no bent archive but with the very files of the good one", () => {
    const good = zip()
    for (let length = 0; length < good.length; length++)
      assert.notEqual(codeOf(good.subarray(0, length)), null, `cut at ${length}`)
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bent = Buffer.from(good)
      bent.writeUInt8(bent[bit >> 3]! ^ (1 << (bit & 7)), bit >> 3)
      const code = codeOf(bent)
      if (code === null) assert.deepEqual(readZip(bent), readZip(good), `bit ${bit}`)
      else assert.match(code, /^ZIP_/)
    }
  })
})
