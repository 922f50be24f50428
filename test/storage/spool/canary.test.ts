/**
 * Nobody without a key reads it at rest: planted patterns are looked for in the raw files, not through the spool.
 */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { nodeDisk } from "../../../gateway/storage/spool/node-disk.ts"
import { encrypt, seal } from "../../contracts/spool.contract.ts"
import { collect, meta, openTestSpool, prologue } from "./world.ts"

const NAME = "読影^花子カナリア"
const UID = "1.2.392.200036.9999.424242"
const inShiftJis = (text: string): Buffer =>
  execFileSync("iconv", ["-f", "UTF-8", "-t", "SHIFT_JIS"], { input: text })

/** What is planted, each in a form a search would be made in. */
function patterns(): Record<string, Buffer> {
  const pixels = Buffer.alloc(64)
  for (let at = 0; at < 32; at += 1) pixels.writeUInt16LE((at * 2654435761) % 4096, at * 2)
  return {
    "UTF-8": Buffer.from(NAME, "utf8"),
    "UTF-16 LE": Buffer.from(NAME, "utf16le"),
    "UTF-16 BE": Buffer.from(NAME, "utf16le").swap16(),
    Shift_JIS: inShiftJis(NAME),
    base64: Buffer.from(Buffer.from(NAME).toString("base64")),
    UID: Buffer.from(UID),
    pixels,
  }
}

async function rawFiles(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))))
  const names = entries.map((entry) => Buffer.from(entry.name))
  return Buffer.concat([...contents, ...names])
}

function found(raw: Buffer, wanted: Record<string, Buffer>): string[] {
  return Object.entries(wanted).flatMap(([name, pattern]) => (raw.includes(pattern) ? [name] : []))
}

describe("patterns planted in clear", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-canary-"))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it("are nowhere on the disk: while it is written, at rest, and after destruction", async () => {
    const wanted = patterns()
    const clear = Buffer.concat([
      ...Object.values(wanted),
      Buffer.alloc(2 ** 20, wanted.pixels),
      ...Object.values(wanted),
    ])
    const spool = await openTestSpool(nodeDisk, folder, "canary")
    const slotId = await spool.createSlot("received")
    const segment = await spool.openSegment(slotId)
    const look = async (when: string): Promise<void> =>
      assert.deepEqual(found(await rawFiles(folder), wanted), [], when)

    const sealed = await seal(segment, clear, UID, Buffer.concat([prologue(), wanted["UTF-8"]!]))
    const adopted = await segment.adopt("document", encrypt(clear))
    await adopted.write(encrypt(clear).ciphertext)
    await look("before the header is written")
    await adopted.abort()
    const writer = await segment.begin("document", Buffer.alloc(0))
    await writer.write(clear.subarray(0, 1000))
    await writer.finish(meta(UID, { source: NAME, callingAE: NAME.slice(0, 4), StudyInstanceUID: UID }))
    await look("before sync")
    await segment.close()
    await look("at rest")

    assert.deepEqual(
      found(await collect((await spool.open(sealed.place)).clear()), wanted),
      Object.keys(wanted),
      "they were sealed",
    )
    await spool.destroySlot(slotId)
    await look("after destruction")
    await spool.close()
  })

  it("would be found, each of them, if they were there", async () => {
    const wanted = patterns()
    for (const [at, pattern] of Object.values(wanted).entries())
      await writeFile(
        join(folder, `${at}.seg`),
        Buffer.concat([Buffer.alloc(70_000, at), pattern, Buffer.of(at)]),
      )
    assert.deepEqual(found(await rawFiles(folder), wanted), Object.keys(wanted))
  })

  it("stay sealed in bytes a slot copy would keep: the destroyed slot key is in no file", async () => {
    const spool = await openTestSpool(nodeDisk, folder, "canary")
    const slotId = await spool.createSlot("received")
    const page = (await readFile(join(folder, "spool/slots/slots.1.a"))).subarray(4096, 8192)
    const wrapped = page.subarray(32, 92)
    assert.ok((await rawFiles(folder)).includes(wrapped))
    await spool.destroySlot(slotId)
    const raw = await rawFiles(folder)
    assert.equal(raw.includes(wrapped), false)
    assert.equal(raw.includes(Buffer.from(slotId, "hex")), false)
    await spool.close()
  })
})
