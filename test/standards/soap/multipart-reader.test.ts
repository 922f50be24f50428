import assert from "node:assert/strict"
import { Dicer } from "@fastify/busboy"
import fc from "fast-check"
import { type MultipartEvent, MultipartReader } from "../../../gateway/standards/soap/multipart-reader.ts"

const LIMITS = { maxParts: 10, maxHeaderBytes: 1000 }

interface ReadPart {
  readonly contentId: string | null
  readonly octets: Buffer
}

/** The events of one piece, after which its memory is somebody else's. */
function eventsOf(reader: MultipartReader, piece: Uint8Array): readonly MultipartEvent[] {
  const lent = Uint8Array.from(piece)
  const events = reader
    .write(lent)
    .map((event) => (event.kind === "octets" ? { ...event, bytes: Uint8Array.from(event.bytes) } : event))
  lent.fill(0)
  return events
}

/** All parts, with the bytes handed over in pieces that end at `cuts`. */
function read(bytes: Uint8Array, boundary: string, cuts: readonly number[] = []): readonly ReadPart[] {
  const reader = new MultipartReader(boundary, LIMITS)
  const parts: { contentId: string | null; pieces: Uint8Array[]; isOver: boolean }[] = []
  const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
  const pieces = ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
  for (const event of [...pieces.flatMap((piece) => eventsOf(reader, piece)), ...reader.end()]) {
    if (event.kind === "part") parts.push({ contentId: event.headers.contentId, pieces: [], isOver: false })
    else if (event.kind === "octets") parts.at(-1)!.pieces.push(event.bytes)
    else parts.at(-1)!.isOver = true
  }
  assert.ok(parts.every(({ isOver }) => isOver))
  return parts.map(({ contentId, pieces: octets }) => ({ contentId, octets: Buffer.concat(octets) }))
}

const text = (message: string, boundary = "b"): readonly string[] =>
  read(Buffer.from(message, "latin1"), boundary).map(({ octets }) => octets.toString("latin1"))

/** Octets that love to look like delimiters. */
const tricky = fc
  .array(
    fc.constantFrom("\r", "\n", "-", "--", "b", "\r\n--", "\r\n--b", "\n--b", "x", "\r\n--bx", "--b--"),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""))
  .filter(
    (octets) => !/(^|\r\n)--b(--)?[ \t]*(\r?\n|$)/.test(octets) && !/\r\n--b(-|--)?[ \t]*\r?$/.test(octets),
  )

const written = (parts: readonly string[]): Buffer =>
  Buffer.from(
    `${parts.map((octets, n) => `--b\r\nContent-ID: <${n}>\r\n\r\n${octets}\r\n`).join("")}--b--\r\n`,
  )

describe("multipart reader", () => {
  it("gives back every part however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(tricky, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(300), { maxLength: 30 }),
        (parts, cuts) => {
          const bytes = written(parts)
          const inside = cuts.filter((cut) => cut <= bytes.length)
          const found = read(bytes, "b", inside)
          assert.deepEqual(
            found.map(({ octets }) => octets.toString()),
            parts,
          )
          assert.deepEqual(
            found.map(({ contentId }) => contentId),
            parts.map((_, n) => String(n)),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  it("agrees with Dicer of @fastify/busboy", async () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 5000 })
    await fc.assert(
      fc.asyncProperty(fc.array(octets, { minLength: 1, maxLength: 5 }), async (parts) => {
        const message = Buffer.concat([
          ...parts.flatMap((part) => [
            Buffer.from("--long-boundary-0123456789\r\nContent-ID: <x>\r\n\r\n"),
            part,
            Buffer.from("\r\n"),
          ]),
          Buffer.from("--long-boundary-0123456789--\r\n"),
        ])
        const dicer = new Dicer({ boundary: "long-boundary-0123456789" })
        const theirs: Promise<Buffer>[] = []
        dicer.on("part", (part) => {
          const pieces: Buffer[] = []
          part.on("data", (piece) => pieces.push(Buffer.from(piece)))
          theirs.push(new Promise((resolve) => part.on("end", () => resolve(Buffer.concat(pieces)))))
        })
        dicer.end(message)
        await new Promise((resolve) => dicer.on("finish", () => resolve(null)))
        const ours = read(message, "long-boundary-0123456789").map((part) => part.octets)
        assert.deepEqual(ours, await Promise.all(theirs))
      }),
      { numRuns: 50 },
    )
  })

  it("holds back no more of a part than a delimiter could be long", () => {
    const reader = new MultipartReader("b", LIMITS)
    reader.write(Buffer.from("--b\r\n\r\n"))
    const octets = Buffer.from("x".repeat(1000) + "\r\n--")
    const given = reader
      .write(octets)
      .reduce((sum, event) => sum + (event.kind === "octets" ? event.bytes.length : 0), 0)
    assert.equal(given, 1000)
  })

  it("reads preamble, epilogue, padding after the boundary and a missing last line end", () => {
    assert.deepEqual(text("pre\r\n--bx\r\n\r\n--b \t\r\nA: b\r\n\r\n1\r\n--b--"), ["1"])
    assert.deepEqual(text("\r\n--b\r\n\r\n1\r\n--b--  \r\nepilogue\r\n--b\r\n"), ["1"])
  })

  it("reads messages with LF alone, and does not mix the two", () => {
    assert.deepEqual(text("\n--b\nA: b\n\n1\n2\n--b\n\n3\r\n\n--b--\n"), ["1\n2", "3\r\n"])
    assert.deepEqual(text("--b\r\n\r\n1\n--b\n2\r\n--b--\r\n"), ["1\n--b\n2"])
  })

  it("reads empty parts with and without the line end of their own", () => {
    assert.deepEqual(text("--b\r\nA: b\r\n\r\n--b\r\n\r\n\r\n--b\r\n\r\n\r\n\r\n--b--\r\n"), ["", "", "\r\n"])
  })

  it("reads folded headers, blanks around them, and any case", () => {
    const reader = new MultipartReader("b", LIMITS)
    const block =
      "--b\r\nCONTENT-id : <a@b> \r\nContent-Type: a/b;\r\n\tc=d\r\nContent-Transfer-Encoding: BINARY\r\n\r\n"
    const [event] = reader.write(Buffer.from(block))
    assert.deepEqual(event, {
      kind: "part",
      headers: { contentId: "a@b", contentType: "a/b; c=d", transferEncoding: "binary" },
    })
  })

  const museum: readonly (readonly [string, string, string])[] = [
    ["no closing delimiter", "MULTIPART_TRUNCATED", "--b\r\n\r\n1"],
    ["nothing at all", "MULTIPART_TRUNCATED", ""],
    ["an end in the headers", "MULTIPART_TRUNCATED", "--b\r\nA: b"],
    ["endless headers", "MULTIPART_HEADERS_TOO_LONG", `--b\r\nA: ${"x".repeat(2000)}`],
    ["a line that is no header", "MULTIPART_HEADER", "--b\r\nhello\r\n\r\n"],
    ["a Content-ID given twice", "MULTIPART_HEADER", "--b\r\nContent-ID: <a>\r\nContent-id: <b>\r\n\r\n"],
    ["too many parts", "MULTIPART_TOO_MANY_PARTS", "--b\r\n\r\n1\r\n".repeat(11)],
  ]
  for (const [what, code, message] of museum)
    it(`refuses ${what}`, () => assert.throws(() => text(message), { code }))

  it("refuses boundaries that are none", () => {
    for (const boundary of ["", "é", "a\r\n", "x".repeat(201)])
      assert.throws(() => new MultipartReader(boundary, LIMITS), { code: "MULTIPART_BOUNDARY" })
  })
})
