import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { devNull, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { after, afterEach, before, beforeEach, describe, it } from "mocha"
import { candidates } from "../../../gateway/actors/watched-folder/candidates.ts"
import type { FolderOptions } from "../../../gateway/actors/watched-folder/options.ts"
import { watchFolder, type WatchedFolder } from "../../../gateway/actors/watched-folder/watch.ts"
import type { FileHandler } from "../../../gateway/journey/ports/inbound.ts"
import { study } from "../../journey/people.ts"
import { TwoSides } from "../../journey/world.ts"
import { part10 } from "../stow-rs/store-request.ts"

const SETTLE_MS = 60
const LOOK_MS = 15

/** A network share that goes away when a file has been read in part: no local file system can be made to do it. */
async function whileSecondReadFails(act: () => Promise<void>): Promise<void> {
  const handle = await open(devNull)
  const files = Object.getPrototypeOf(handle) as { read: (...how: unknown[]) => Promise<unknown> }
  await handle.close()
  const { read } = files
  let reads = 0
  files.read = function (...how) {
    reads += 1
    return reads === 2
      ? Promise.reject(Object.assign(new Error("stale file handle"), { code: "ESTALE" }))
      : read.apply(this, how)
  }
  try {
    await act()
  } finally {
    files.read = read
  }
}

describe("a watched folder", () => {
  let sides: TwoSides
  let folder = ""
  let logged: string[] = []
  let watching: WatchedFolder[] = []
  before(async () => (sides = await TwoSides.open()))
  after(() => sides.close())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-folder-"))
    logged = []
  })
  afterEach(async () => {
    await Promise.all(watching.map((each) => each.close()))
    watching = []
    rmSync(folder, { recursive: true })
  })

  function watch(more: Partial<FolderOptions> = {}, handler?: FileHandler): WatchedFolder {
    const watched = watchFolder(
      {
        path: folder,
        aeTitle: "FOLDER1",
        settleMs: SETTLE_MS,
        after: "keep",
        lookMs: LOOK_MS,
        log: (_level, event, fields) => void logged.push(`${event} ${JSON.stringify(fields)}`),
        ...more,
      },
      handler ?? { open: (sender) => sides.edge.files.open(sender) },
    )
    watching.push(watched)
    return watched
  }
  const put = (name: string, bytes: Uint8Array): void => {
    mkdirSync(join(folder, name, ".."), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  /** Every file beneath the folder, by its path. */
  const lying = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((each) => !each.isDirectory())
      .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
      .sort()
  async function until(there: () => boolean): Promise<void> {
    for (let tries = 0; tries < 400 && !there(); tries++) await sleep(10)
    assert.ok(there(), `${lying().join(", ")}\n${logged.join("\n")}`)
  }
  async function storedOf(StudyInstanceUID: string): Promise<number> {
    await sides.edge.runDue()
    const [record] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    return record?.instances ?? 0
  }

  it("puts what is durable into done, what is refused beside its reason, and takes neither again", async () => {
    const small = study("P-FOLDER", 2)
    put("CD1/A", part10(small.instances[0]!))
    put("b.dcm", part10(small.instances[1]!))
    put("autorun.inf", Buffer.from("[autorun]\r\n".repeat(40)))
    watch()
    await until(() =>
      ["done/b.dcm", "refused/autorun.inf.txt"].every((each) => existsSync(join(folder, each))),
    )
    assert.deepEqual(lying(), ["done/CD1/A", "done/b.dcm", "refused/autorun.inf", "refused/autorun.inf.txt"])
    assert.match(readFileSync(join(folder, "refused/autorun.inf.txt"), "utf8"), /^C000H no DICM/)
    await sleep(4 * SETTLE_MS)
    assert.equal(await storedOf(small.StudyInstanceUID), 2)
    assert.equal(logged.filter((line) => line.startsWith("folder-looked")).length, 1)
  })

  it("goes on after a share failed in the middle of a file, and takes that one too when it can be read", async () => {
    const small = study("P-STALE", 2)
    put("a", part10(small.instances[0]!))
    put("b", part10(small.instances[1]!))
    await whileSecondReadFails(async () => {
      const watched = watch()
      await until(() => existsSync(join(folder, "done/b")))
      await watched.close()
    })
    assert.ok(logged.some((line) => line.includes('"code":"ESTALE"')))
    assert.deepEqual(lying(), ["a", "done/b"])
    watch()
    await until(() => existsSync(join(folder, "done/a")))
    assert.equal(await storedOf(small.StudyInstanceUID), 2)
  })

  it("deletes what is durable when it is told to", async () => {
    const small = study("P-DELETE", 1)
    put("a", part10(small.instances[0]!))
    watch({ after: "delete" })
    await until(() => lying().length === 0)
    assert.equal(await storedOf(small.StudyInstanceUID), 1)
  })

  it("takes no file that is still being written, under whatever name", async () => {
    const small = study("P-SLOW", 1)
    const file = part10(small.instances[0]!)
    watch()
    put("slow.dcm", file.subarray(0, 400))
    for (let at = 400; at < file.length; at += 200) {
      await sleep(SETTLE_MS / 2)
      assert.ok(existsSync(join(folder, "slow.dcm")))
      appendFileSync(join(folder, "slow.dcm"), file.subarray(at, at + 200))
    }
    await until(() => existsSync(join(folder, "done/slow.dcm")))
    put("late.dcm.part", part10(study("P-PART", 1).instances[0]!))
    put(".hidden", file)
    await sleep(4 * SETTLE_MS)
    assert.ok(existsSync(join(folder, "late.dcm.part")) && existsSync(join(folder, ".hidden")))
    renameSync(join(folder, "late.dcm.part"), join(folder, "late.dcm"))
    await until(() => existsSync(join(folder, "done/late.dcm")))
    assert.equal(await storedOf(small.StudyInstanceUID), 1)
  })

  it("waits for the rest of a file whose writer paused, and gives up after a while", async () => {
    const small = study("P-PAUSE", 2)
    const [first, second] = small.instances.map((each) => part10(each))
    // However long this machine itself pauses.
    const patient = watch({ cutGraceMs: 60_000 })
    put("paused", first!.subarray(0, 700))
    await until(() => logged.some((line) => line.includes('"cut":1')))
    appendFileSync(join(folder, "paused"), first!.subarray(700))
    await until(() => existsSync(join(folder, "done/paused")))
    await patient.close()
    watch({ cutGraceMs: 8 * SETTLE_MS })
    put("left", second!.subarray(0, -10))
    const reason = join(folder, "refused/left.txt")
    await until(() => existsSync(reason) && readFileSync(reason).length > 0)
    assert.match(readFileSync(join(folder, "refused/left.txt"), "utf8"), /ends inside an element/)
    assert.equal(await storedOf(small.StudyInstanceUID), 1)
  })

  it("follows no link, of files or of folders, and is not held by a pipe", async () => {
    const outside = mkdtempSync(join(tmpdir(), "dokuei-outside-"))
    try {
      const small = study("P-LINK", 2)
      writeFileSync(join(outside, "secret"), part10(small.instances[0]!))
      symlinkSync(join(outside, "secret"), join(folder, "link"))
      symlinkSync(outside, join(folder, "linked"))
      execFileSync("mkfifo", [join(folder, "pipe")])
      symlinkSync(outside, join(folder, "done"))
      put("own", part10(small.instances[1]!))
      watch()
      await until(() => logged.some((line) => line.includes('"code":"ELOOP"')))
      // Stored it is; only there is no place to put it.
      assert.equal(await storedOf(small.StudyInstanceUID), 1)
      assert.deepEqual(readdirSync(outside), ["secret"])
    } finally {
      rmSync(outside, { recursive: true })
    }
  })

  it("tells of a file whose name is of another character set, and takes the others", async () => {
    const small = study("P-SJIS", 2)
    const japanese = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from("93fa967b", "hex")])
    writeFileSync(japanese, part10(small.instances[0]!))
    put("own", part10(small.instances[1]!))
    watch()
    await until(() => existsSync(join(folder, "done/own")))
    assert.ok(logged.some((line) => line.includes('"code":"EILSEQ"')))
    assert.equal(await storedOf(small.StudyInstanceUID), 1)
    rmSync(japanese)
    mkdirSync(japanese)
    put("other", Buffer.alloc(1))
    const { files, hasUnnameable } = await candidates(folder)
    assert.deepEqual([files.map(({ name }) => name), hasUnnameable], [["other"], true])
    rmdirSync(japanese)
  })

  it("overwrites nothing that lies where a file goes", async () => {
    const small = study("P-NAMES", 2)
    put("same", part10(small.instances[0]!))
    watch()
    await until(() => existsSync(join(folder, "done/same")))
    put("same", part10(small.instances[1]!))
    await until(() => existsSync(join(folder, "done/same.1")))
    assert.deepEqual(readFileSync(join(folder, "done/same")), part10(small.instances[0]!))
    linkSync(join(folder, "done/same"), join(folder, "again"))
    await until(() => existsSync(join(folder, "done/again")))
    assert.equal(await storedOf(small.StudyInstanceUID), 2)
  })

  it("takes a file once, also when it was ended between storing and putting away", async () => {
    const small = study("P-RESTART", 1)
    const file = part10(small.instances[0]!)
    const intake = sides.edge.files.open({ callingAE: "FOLDER1", remoteAddress: "" })
    const sink = intake.begin(null)
    await sink.write(file)
    assert.equal((await sink.finish()).became, "new")
    await intake.end()
    put("a", file)
    watch()
    await until(() => existsSync(join(folder, "done/a")))
    assert.ok(logged.some((line) => line.includes('"same":1')))
    assert.equal(await storedOf(small.StudyInstanceUID), 1)
  })

  it("leaves files where they are while there is no room, and while the folder is away", async () => {
    const small = study("P-ROOM", 1)
    put("a", part10(small.instances[0]!))
    let answers = 0
    const full: FileHandler = {
      open: () => ({
        begin: () => ({
          write: () => Promise.resolve(),
          finish: () => {
            answers += 1
            return Promise.resolve({ status: 0xa700, comment: "", became: "refused", instance: null })
          },
          abort: () => Promise.resolve(),
        }),
        end: () => Promise.resolve(),
      }),
    }
    watch({}, full)
    watch({ path: join(folder, "not-mounted") })
    await until(() => logged.some((line) => line.includes('"code":"no-room"')))
    await until(() => logged.some((line) => line.includes('"code":"ENOENT"')))
    await sleep(4 * SETTLE_MS)
    assert.equal(answers, 1)
    assert.deepEqual(lying(), ["a"])
  })

  it("costs next to nothing while nothing comes", async () => {
    for (let count = 0; count < 50; count++) put(`sub/${count}.tmp`, Buffer.alloc(10))
    watch({ lookMs: 100 })
    await sleep(200)
    const { user, system } = process.cpuUsage()
    await sleep(1_000)
    const spent = process.cpuUsage()
    assert.ok(spent.user - user + spent.system - system < 200_000)
  })
})
