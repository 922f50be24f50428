/** The book of the DICOM door: who is here, who was turned away, and what it costs to be called by many. */
import assert from "node:assert/strict"
import { DoorBook, watchedHandler } from "../../../gateway/journey/technician/door-book.ts"
import { isAddress } from "../../../gateway/journey/receive/peer-address.ts"
import type { InstanceHandler } from "../../../gateway/journey/ports/inbound.ts"

const CT1 = { callingAE: "CT1", calledAE: "DOKUEI", remoteAddress: "192.0.2.21" }

describe("the book of the DICOM door", () => {
  let minute: number
  let told: number
  let book: DoorBook
  const clock = { now: () => new Date(Date.UTC(2026, 3, 1, 3, minute)) }

  beforeEach(() => {
    minute = 0
    told = 0
    const known = new Map([
      ["CT1", ["192.0.2.21"]],
      ["MR1", []],
    ])
    book = new DoorBook(clock, known, () => (told += 1))
  })

  /** Takes CT1 and MR1, and answers what it is told to. */
  const door = (answer = { status: 0, comment: "" }): InstanceHandler =>
    watchedHandler(
      {
        associate: (callingAE, calledAE) => {
          if (calledAE !== "DOKUEI") return { source: 1, reason: 7 }
          return callingAE === "CT1" ? null : { source: 1, reason: 3 }
        },
        open: () => ({
          begin: () => ({
            write: () => Promise.resolve(),
            finish: () => Promise.resolve(answer),
            abort: () => Promise.resolve(),
          }),
          end: () => Promise.resolve(),
        }),
      },
      book,
    )

  it("counts associations in and out, and keeps the last echo", async () => {
    const [one, other] = [door().open(CT1), door().open(CT1)]
    assert.equal(book.of("CT1").open, 2)
    minute = 5
    one.echoed?.()
    await one.end()
    await other.end()
    const { open, lastEchoAt, lastAt } = book.of("CT1")
    assert.deepEqual([open, lastEchoAt, lastAt], [0, "2026-04-01T03:05:00.000Z", "2026-04-01T03:05:00.000Z"])
    assert.equal(book.of("MR1").lastAt, null)
  })

  it("keeps the last object we did not take, with status and comment", async () => {
    const instance = { ...CT1, AffectedSOPClassUID: "1", AffectedSOPInstanceUID: "2", TransferSyntaxUID: "3" }
    const store = (status: number, comment: string) =>
      door({ status, comment }).open(CT1).begin(instance).finish()
    await store(0xa700, "ERR_SPOOL_FULL")
    await store(0, "")
    assert.deepEqual(book.of("CT1").lastRefusal, {
      at: "2026-04-01T03:00:00.000Z",
      status: 0xa700,
      comment: "ERR_SPOOL_FULL",
    })
  })

  it("tells why somebody was turned away, one line for each cause, the newest first", () => {
    const call = (callingAE: string, calledAE: string, remoteAddress: string) =>
      door().associate(callingAE, calledAE, remoteAddress, null)
    call("CT9", "DOKUEI", "192.0.2.99")
    call("CT1", "PACS", "192.0.2.21")
    call("MR1", "DOKUEI", "192.0.2.22")
    book.note({
      what: "rejected",
      reason: "calling-ae",
      ...CT1,
      remoteAddress: "192.0.2.77",
      spkiSha256: null,
    })
    book.note({ what: "wrong-port", expected: "tls", met: "dicom", remoteAddress: "192.0.2.31" })
    book.note({ what: "wrong-port", expected: "dicom", met: "tls", remoteAddress: "192.0.2.32" })
    book.note({ what: "wrong-port", expected: "dicom", met: "http", remoteAddress: "192.0.2.33" })
    book.note({ what: "handshake", remoteAddress: "192.0.2.34" })
    door().crowded?.("CT1", "DOKUEI", "192.0.2.21")
    minute = 2
    call("CT9", "DOKUEI", "192.0.2.99")
    assert.deepEqual(
      book.turnedAway.map(({ why, count }) => [why, count]),
      [
        ["unknown-ae", 2],
        ["crowded", 1],
        ["tls-handshake", 1],
        ["not-dicom", 1],
        ["tls-on-plain-port", 1],
        ["plain-on-tls-port", 1],
        ["wrong-address", 1],
        ["wrong-key", 1],
        ["called-ae", 1],
      ],
    )
    const [first] = book.turnedAway
    assert.deepEqual([first?.firstAt.slice(11, 16), first?.lastAt.slice(11, 16)], ["03:00", "03:02"])
  })

  it("stays small however many strangers call", () => {
    for (let port = 0; port < 1_000; port += 1)
      book.note({ what: "handshake", remoteAddress: `192.0.2.${port}` })
    assert.equal(book.turnedAway.length, 50)
    assert.equal(book.turnedAway[0]?.remoteAddress, "192.0.2.999")
    assert.equal(told, 1_000)
  })
})

describe("the address of a caller", () => {
  it("is any when none is written down, and is the same in both ways of writing", () => {
    assert.ok(isAddress([], "192.0.2.1"))
    assert.ok(isAddress(["192.0.2.1"], "::ffff:192.0.2.1"))
    assert.ok(!isAddress(["192.0.2.1"], "192.0.2.10"))
  })
})
