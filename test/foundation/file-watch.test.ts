import assert from "node:assert/strict"
import { describe, it } from "mocha"
import { FileWatch } from "../../gateway/foundation/file-watch.ts"
import type { FileHandler, StoreOutcome } from "../../gateway/journey/ports/inbound.ts"
import { DoorBook } from "../../gateway/journey/technician/door-book.ts"

const CD = { callingAE: "CD", remoteAddress: "192.0.2.9" }
const AT = "2026-04-01T03:00:00.000Z"

const outcome = (became: StoreOutcome["became"], status: number, comment = ""): StoreOutcome => ({
  became,
  status,
  comment,
  instance: null,
})
const NEW = outcome("new", 0)
const CUT = outcome("cut", 0xc000, "the data set ends inside an element")
const WRONG_CLASS = outcome("refused", 0x0122, "the SOP Class is not one of storage")

/** Says of one file after the other what is written here. */
function saying(...outcomes: StoreOutcome[]): FileHandler {
  const sink = {
    write: () => Promise.resolve(),
    finish: () => Promise.resolve(outcomes.shift()!),
    abort: () => Promise.resolve(),
  }
  return { open: () => ({ begin: () => sink, end: () => Promise.resolve() }) }
}

describe("the doors for files", () => {
  const began = () => {
    const book = new DoorBook({ now: () => new Date(AT) }, new Map(), () => undefined)
    return { book, watch: new FileWatch("folder", (event) => book.note(event)) }
  }

  it("are counted, and their senders stand in the book like devices", async () => {
    const { book, watch } = began()
    const intake = watch.watched(saying(NEW, WRONG_CLASS), () => true).open(CD)
    assert.equal(book.of("CD").open, 1)
    for (const bytes of [700, 300]) {
      const sink = intake.begin(null)
      await sink.write(new Uint8Array(bytes))
      await sink.finish()
    }
    await intake.begin(null).abort()
    await intake.end()
    assert.deepEqual(watch.totals, { door: "folder", stored: 1, refused: 1, abandoned: 1, bytes: 700 })
    const { open, lastAt, lastRefusal } = book.of("CD")
    assert.deepEqual([open, lastAt], [0, AT])
    assert.deepEqual(lastRefusal, { at: AT, status: 0x0122, comment: WRONG_CLASS.comment })
  })

  it("do not call a file refused that may still grow, until it is put aside", async () => {
    const { book, watch } = began()
    const intake = watch.watched(saying(CUT), ({ became }) => became !== "cut").open(CD)
    await intake.begin(null).finish()
    await intake.end()
    assert.deepEqual([watch.totals.refused, book.of("CD").lastRefusal], [0, null])
    watch.refused("CD", CUT)
    assert.deepEqual([watch.totals.refused, book.of("CD").lastRefusal?.status], [1, 0xc000])
  })

  it("tell of who may not store", () => {
    const { book } = began()
    book.note({ what: "stranger", remoteAddress: "192.0.2.66" })
    assert.deepEqual(
      book.turnedAway.map(({ why, remoteAddress, callingAE }) => [why, remoteAddress, callingAE]),
      [["no-sender", "192.0.2.66", ""]],
    )
  })
})
