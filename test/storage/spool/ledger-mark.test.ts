import assert from "node:assert/strict"
import { LedgerMark } from "../../../gateway/storage/spool/ledger-mark.ts"
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

  it("survives one torn record as the one before, and says so when neither checks", async () => {
    const mark = await open()
    await mark.set(10)
    await mark.note(11)
    await spoil(1)
    assert.equal((await open()).marked, 10)
    await spoil(0)
    assert.equal((await open()).marked, "unreadable")
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
