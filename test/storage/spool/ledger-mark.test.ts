import assert from "node:assert/strict"
import { LedgerMark } from "../../../gateway/storage/spool/ledger-mark.ts"
import { LoggedDisk } from "./logged-disk.ts"
import { seededChance } from "./world.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"

const SPOOL = "0123456789abcdef".repeat(2)
const OTHER = "f".repeat(32)

describe("the mark of the ledger's commits", () => {
  let disk: MemoryDisk
  const open = (spoolId = SPOOL): Promise<LedgerMark> => LedgerMark.open(disk, "/slots", spoolId)
  beforeEach(async () => {
    disk = new MemoryDisk()
    await disk.mkdir("/slots")
  })
  const spoil = async (sector: number): Promise<void> => {
    const file = await disk.open("/slots/ledger", "update")
    await file.write([Buffer.from([0xff])], sector * 4096 + 30)
    await file.close()
  }

  it("is nothing before it is set, and then says what was set or noted last", async () => {
    const mark = await open()
    assert.equal(mark.marked, null)
    await mark.note(7)
    assert.equal((await open()).marked, null)
    await mark.set(7)
    assert.equal((await open()).marked, 7)
    for (const commits of [8, 9, 10]) await mark.note(commits)
    assert.equal((await open()).marked, 10)
    await mark.close()
  })

  it("goes up only, whoever notes at the same time", async () => {
    const mark = await open()
    await mark.set(1)
    await Promise.all([5, 3, 9, 2, 8].map((commits) => mark.note(commits)))
    assert.equal((await open()).marked, 9)
    await mark.note(4)
    assert.equal((await open()).marked, 9)
  })

  it("survives torn records as an older one, and says so when none checks", async () => {
    const mark = await open()
    await mark.set(10)
    await mark.note(11)
    await mark.note(12)
    await spoil(1)
    assert.equal((await open()).marked, 11)
    await spoil(2)
    assert.equal((await open()).marked, 10)
    await spoil(0)
    assert.equal((await open()).marked, "unreadable")
  })

  it("is after a power cut at any moment what was set last or more, and never more than there was", async () => {
    const logged = new LoggedDisk()
    await logged.mkdir("/slots")
    await logged.fsyncDir("/")
    const mark = await LedgerMark.open(logged, "/slots", SPOOL)
    const life = async (from: number): Promise<void> => {
      await mark.set(from)
      logged.say("set", String(from))
      for (let commits = from + 1; commits < from + 6; commits += 1) {
        logged.say("committed", String(commits))
        await mark.note(commits)
      }
    }
    await life(1)
    await life(7)
    const dice = seededChance("mark")
    for (let length = 3; length <= logged.log.length; length += 1)
      for (let cut = 0; cut < 8; cut += 1) {
        const found = await logged.afterPowerCut(length, dice)
        const told = logged.log.slice(0, length).flatMap((entry) => (entry.op === "said" ? [entry] : []))
        const highest = (what: string) =>
          Math.max(0, ...told.filter((entry) => entry.what === what).map(({ id }) => Number(id)))
        const { marked } = await LedgerMark.open(found, "/slots", SPOOL)
        assert.ok(marked !== "unreadable", `entry ${length}`)
        assert.ok((marked ?? 0) >= highest("set"), `entry ${length}: ${marked}`)
        assert.ok((marked ?? 0) <= Math.max(7, highest("committed")), `entry ${length}: ${marked}`)
      }
  })

  it("of another spool is none", async () => {
    const mark = await open()
    await mark.set(10)
    assert.equal((await open(OTHER)).marked, "unreadable")
  })

  it("takes numbers of many eras", async () => {
    const mark = await open()
    await mark.set(2 ** 52 + 1)
    assert.equal((await open()).marked, 2 ** 52 + 1)
  })
})
