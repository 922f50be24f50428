import assert from "node:assert/strict"
import { bringLevel, keepLevel, whyBehind } from "../../gateway/foundation/level.ts"
import { COMMITS_OF_AN_ERA, type Book } from "../../gateway/storage/ledger/book-rows.ts"
import type { Marked } from "../../gateway/storage/spool/ledger-mark.ts"

const OURS = "a".repeat(32)

/** What a ledger and a spool know of each other, in the order in which they are told. */
function house(book: Book, marked: Marked, isEmpty = false) {
  const told: string[] = []
  const ledger = {
    book: () => book,
    bind: (spoolId: string, commits: number) => {
      told.push(`bound ${commits}`)
      book = { spoolId, commits }
    },
  }
  const spool = {
    spoolId: OURS,
    get ledgerMark() {
      return marked
    },
    setLedgerMark: (commits: number) => {
      told.push(`marked ${commits}`)
      marked = commits
      return Promise.resolve()
    },
    isEmpty: () => Promise.resolve(isEmpty),
  }
  return { ledger, spool, told, why: () => whyBehind(ledger, spool) }
}

describe("a ledger and its spool", () => {
  it("are level when the ledger has as many commits as the spool has seen, or more", async () => {
    for (const marked of [0, 6, 7])
      assert.equal(await house({ spoolId: OURS, commits: 7 }, marked).why(), null)
  })

  it("are level at the first start, and when neither has ever heard of the other", async () => {
    assert.equal(await house({ spoolId: null, commits: 0 }, null, true).why(), null)
    assert.equal(await house({ spoolId: null, commits: 1 }, null).why(), null)
  })

  it("are not when the ledger has fewer, is new beside what lies there, or when nobody can tell", async () => {
    assert.match((await house({ spoolId: OURS, commits: 6 }, 7).why()) ?? "", /has 6 commits, .* seen 7/)
    assert.match((await house({ spoolId: null, commits: 1 }, 7).why()) ?? "", /has 1 commits/)
    assert.match((await house({ spoolId: null, commits: 0 }, null).why()) ?? "", /is new/)
    assert.match((await house({ spoolId: OURS, commits: 9 }, "unreadable").why()) ?? "", /cannot be read/)
    assert.match((await house({ spoolId: OURS, commits: 9 }, null).why()) ?? "", /not noted/)
  })

  it("are not each other's when the ledger names another spool, whatever it counts", async () => {
    await assert.rejects(house({ spoolId: "b".repeat(32), commits: 9 }, 7).why(), {
      code: "ERR_LEDGER_FOREIGN",
    })
  })

  it("know each other from the first start on, the spool first", async () => {
    const { ledger, spool, told } = house({ spoolId: null, commits: 1 }, null)
    await keepLevel(ledger, spool)
    assert.deepEqual(told, ["marked 1", "bound 1"])
  })

  it("are brought level in the next era, and not before the recovery has ended", async () => {
    const { ledger, spool, told, why } = house({ spoolId: OURS, commits: 3 }, COMMITS_OF_AN_ERA + 5)
    const next = 2 * COMMITS_OF_AN_ERA
    await assert.rejects(bringLevel(ledger, spool, () => Promise.reject(new Error("broken off"))))
    assert.notEqual(await why(), null)
    await bringLevel(ledger, spool, async () => {
      assert.notEqual(await why(), null)
      told.push("recovered")
    })
    assert.equal(await why(), null)
    assert.deepEqual(told, [
      `marked ${next}`,
      `marked ${next + COMMITS_OF_AN_ERA}`,
      "recovered",
      `bound ${next + COMMITS_OF_AN_ERA}`,
    ])
  })
})
