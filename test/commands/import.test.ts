import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { parse, stringify } from "yaml"
import { lookAt } from "../../gateway/commands/import/medium.ts"
import { Progress } from "../../gateway/commands/import/progress.ts"
import { importReport } from "../../gateway/commands/import/report.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { freePort } from "../peers/storescp.ts"
import { dokuei, makeSites, startDokuei, type Ended, type Started } from "./command-line.ts"

// The program starts a dozen times: compiled modules are kept between the starts.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "dokuei-compile-cache")

const PATIENT = { PatientName: Buffer.from("Yamada^Tarou"), rows: 16 }

describe("dokuei import", () => {
  let folder: string
  let edge: Started
  let config: string
  before(async function () {
    this.timeout(60_000)
    folder = mkdtempSync(join(tmpdir(), "dokuei-import-"))
    await makeSites(folder)
    config = join(folder, "edge.yaml")
    writeFileSync(join(folder, "media.token"), "token-of-the-media-reader\n")
    const raw: ReturnType<typeof parse> = parse(readFileSync(config, "utf8"))
    raw.dicom.web = { port: await freePort(), senders: [{ aeTitle: "MEDIA", tokenFile: "media.token" }] }
    writeFileSync(config, stringify(raw))
    edge = await startDokuei(config)
  })
  after(async () => {
    edge.process.kill("SIGTERM")
    assert.equal((await edge.ended()).code, 0)
    rmSync(folder, { recursive: true })
  })

  const medium = (name: string): string => {
    const path = join(folder, name)
    mkdirSync(path)
    return path
  }
  const counts = ({ stdout }: Ended): Record<string, number> =>
    Object.fromEntries(
      [...stdout.matchAll(/^(new|same|conflict|refused|missing|other) +(\d+) {3}/gm)].map(
        ([, word = "", count]): [string, number] => [word, Number(count)],
      ),
    )
  function withDicomdir(path: string, slices: number, PatientID: string): SmallStudy {
    const small = writeStudy(join(path, "IMAGES"), { ...PATIENT, PatientID, slices })
    small.files.forEach((file, index) => renameSync(file, join(path, "IMAGES", `IM${index}`)))
    execFileSync("dcmmkdir", ["+I", "-Pgp", "+r", "-W"], { cwd: path, stdio: "pipe" })
    return small
  }

  it("stores a medium, compares it with its DICOMDIR, and finds it there the second time", () => {
    const path = medium("cd")
    withDicomdir(path, 3, "P-CD")
    writeFileSync(join(path, "AUTORUN.INF"), "[autorun]\r\n")
    const first = dokuei("import", config, path)
    assert.equal(first.code, 0, first.stderr + first.stdout)
    assert.deepEqual(counts(first), { new: 3, same: 0, conflict: 0, refused: 0, missing: 0, other: 1 })
    const second = dokuei("import", config, path)
    assert.equal(second.code, 0, second.stderr)
    assert.deepEqual(counts(second), { new: 0, same: 3, conflict: 0, refused: 0, missing: 0, other: 1 })
  })

  it("says what is missing, refused or in conflict, and that somebody must look", () => {
    const path = medium("bad")
    withDicomdir(path, 3, "P-BAD")
    rmSync(join(path, "IMAGES/IM1"))
    const whole = readFileSync(join(path, "IMAGES/IM0"))
    writeFileSync(join(path, "IMAGES/CUT"), readFileSync(join(path, "IMAGES/IM2")).subarray(0, -20))
    const other = Buffer.from(whole)
    other[other.length - 1]! ^= 1
    writeFileSync(join(path, "IMAGES/OTHER"), other)
    const told = dokuei("import", config, path)
    assert.equal(told.code, 1)
    assert.deepEqual(counts(told), { new: 2, same: 0, conflict: 1, refused: 1, missing: 1, other: 0 })
    assert.match(told.stdout, /refused:\n {2}IMAGES\/CUT {2}C000H the data set ends inside an element/)
    assert.match(told.stdout, /missing:\n {2}IMAGES\/IM1\n/)
  })

  it("names what is called a DICOM file and is none", () => {
    const path = medium("spoilt")
    writeStudy(path, { ...PATIENT, PatientID: "P-SPOILT", slices: 1 })
    writeFileSync(join(path, "empty.dcm"), "")
    const told = dokuei("import", config, path)
    assert.equal(told.code, 1)
    assert.deepEqual([counts(told).new, counts(told).other], [1, 1])
    assert.match(told.stdout, /named as DICOM files, and none:\n {2}empty\.dcm\n/)
  })

  it("is told that a folder is not there", () => {
    const told = dokuei("import", config, join(folder, "nowhere"))
    assert.equal(told.code, 64)
    assert.match(told.stderr, /no such folder/)
  })

  it("sends more than one request at a time, and tells of the files in their order", () => {
    const path = medium("many")
    const { files } = writeStudy(path, { ...PATIENT, PatientID: "P-MANY", slices: 160 })
    const names = files.map((file) => file.slice(path.length + 1)).sort()
    const cut = [3, 60, 61, 130, 159].map((index) => names[index]!)
    for (const name of cut) writeFileSync(join(path, name), readFileSync(join(path, name)).subarray(0, -20))
    const told = dokuei("import", config, path)
    const { new: stored, refused } = counts(told)
    assert.deepEqual([told.code, stored, refused], [1, 155, 5])
    const listed = [...told.stdout.matchAll(/^ {2}(\S+) {2}C000H/gm)].map(([, name]) => name)
    assert.deepEqual(listed, cut)
  })

  it("loses no more than a file that cannot be read", function () {
    if (process.getuid?.() === 0) {
      console.log("skipped: root can read everything")
      this.skip()
    }
    const path = medium("scratched")
    const { files } = writeStudy(path, { ...PATIENT, PatientID: "P-SCRATCH", slices: 3 })
    chmodSync(files[1]!, 0)
    const told = dokuei("import", config, path)
    assert.equal(told.code, 1)
    assert.match(told.stdout, /cannot be read \(EACCES\)/)
    assert.equal(counts(told).refused, 1)
  })

  it("says what to do when nobody answers, nobody may, or it is not said as whom", async () => {
    const path = medium("none")
    writeStudy(path, { ...PATIENT, PatientID: "P-NONE", slices: 1 })
    const changed = async (name: string, change: (raw: ReturnType<typeof parse>) => void): Promise<Ended> => {
      const raw: ReturnType<typeof parse> = parse(readFileSync(config, "utf8"))
      change(raw)
      writeFileSync(join(folder, name), stringify(raw))
      return Promise.resolve(dokuei("import", join(folder, name), path))
    }
    const port = await freePort()
    const silent = await changed("silent.yaml", (raw) => void (raw.dicom.web.port = port))
    assert.deepEqual([silent.code, silent.stderr.split(":")[0]], [1, "ERR_ASSOCIATION_UNREACHABLE"])
    const stranger = await changed(
      "stranger.yaml",
      (raw) => void (raw.dicom.web.senders[0].tokenFile = "ris.token"),
    )
    assert.deepEqual([stranger.code, stranger.stderr.split(":")[0]], [1, "ERR_ASSOCIATION_REJECTED"])
    const without = await changed("without.yaml", (raw) => delete raw.dicom.web)
    assert.equal(without.code, 2)
    assert.match(without.stderr, /dicom\.web/)
    assert.equal(dokuei("import", config, path, "--as", "NOBODY").code, 2)
    const two = await changed(
      "two.yaml",
      (raw) => void raw.dicom.web.senders.push({ aeTitle: "OTHER", tokenFile: "ris.token" }),
    )
    assert.match(two.stderr, /say --as: MEDIA, OTHER/)
  })
})

describe("what lies on a medium", () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-medium-"))))
  after(() => rmSync(folder, { recursive: true }))

  it("is found in lower case and with versions, and never through a link", async () => {
    const { files } = writeStudy(join(folder, "src"), { ...PATIENT, PatientID: "P-CASE", slices: 1 })
    mkdirSync(join(folder, "cd/IMAGES"), { recursive: true })
    cpSync(files[0]!, join(folder, "cd/IMAGES/IM0"))
    execFileSync("dcmmkdir", ["+I", "-Pgp", "+r", "-W"], { cwd: join(folder, "cd"), stdio: "pipe" })
    mkdirSync(join(folder, "copy/images"), { recursive: true })
    cpSync(join(folder, "cd/IMAGES/IM0"), join(folder, "copy/images/im0.;1"))
    cpSync(join(folder, "cd/DICOMDIR"), join(folder, "copy/dicomdir;1"))
    symlinkSync("/etc", join(folder, "copy/etc"))
    symlinkSync(files[0]!, join(folder, "copy/link"))
    const found = await lookAt(join(folder, "copy"))
    assert.deepEqual(
      found.files.map(({ name }) => name),
      ["images/im0.;1"],
    )
    assert.deepEqual(found.others, [])
    assert.deepEqual(found.directories, [{ name: "dicomdir;1", listed: 1, missing: [], fault: null }])
  })

  it("is told but for a folder whose name is of another character set, and that one is named", async () => {
    const { files } = writeStudy(join(folder, "names"), { ...PATIENT, PatientID: "P-SJIS", slices: 1 })
    const japanese = Buffer.concat([Buffer.from(join(folder, "names/")), Buffer.from("93fa967b", "hex")])
    mkdirSync(japanese)
    cpSync(files[0]!, join(folder, "names/zz"))
    const found = await lookAt(join(folder, "names"))
    assert.deepEqual(
      found.files.map(({ name, lengthBytes }) => [name, lengthBytes > 0]),
      [
        ["P-SJIS-0.dcm", true],
        ["zz", true],
        ["\ufffd\ufffd\ufffd{", false],
      ],
    )
  })

  it("is told though its DICOMDIR is where the disc is scratched", async function () {
    if (process.getuid?.() === 0) {
      console.log("      skipped: root can read everything")
      this.skip()
    }
    mkdirSync(join(folder, "scratched"))
    writeFileSync(join(folder, "scratched/DICOMDIR"), "", { mode: 0 })
    const found = await lookAt(join(folder, "scratched"))
    assert.equal(found.directories[0]!.fault, "cannot be read (EACCES)")
  })

  it("is told though its DICOMDIR cannot be read", async () => {
    mkdirSync(join(folder, "broken"))
    writeFileSync(join(folder, "broken/DICOMDIR"), "nothing of the kind".repeat(20))
    const found = await lookAt(join(folder, "broken"))
    assert.match(found.directories[0]!.fault!, /DICM/)
    assert.match(importReport(found, []), /DICOMDIR that cannot be read/)
  })

  it("has names that cannot speak to the terminal", () => {
    const names = { name: "a\u001b[2Jb", became: "refused", status: 0xc000, comment: "x" } as const
    assert.ok(!importReport({ files: [], others: [], directories: [] }, [names]).includes("\u001b"))
  })
})

describe("the progress of an import", () => {
  function drawn(isTTY: boolean): string {
    let text = ""
    let nowMs = 0
    const screen = { isTTY, write: (more: string) => (text += more) }
    const progress = new Progress(screen, 10, 10 * 1024 * 1024, () => nowMs)
    for (let count = 0; count < 10; count++) {
      nowMs += 1_000
      progress.sent(1024 * 1024)
      progress.answered(1)
    }
    progress.end()
    return text
  }

  it("is one line drawn over on a terminal, and taken away at the end", () => {
    const text = drawn(true)
    assert.ok(!text.includes("\n"))
    assert.ok(text.includes("━".repeat(15) + "─".repeat(15)))
    assert.ok(text.endsWith("\r\u001b[K"))
  })

  it("is a line now and then elsewhere", () => {
    assert.deepEqual(drawn(false).trim().split("\n"), [
      "4 of 10 files, 5.0 of 10.0 MiB, 5 s left",
      "9 of 10 files, 10.0 of 10.0 MiB, 0 s left",
    ])
  })
})
