import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32, deflateRawSync } from "node:zlib"
import { MAX_ZIP_ENTRIES, readZipDirectory } from "../../../gateway/standards/zip/directory.ts"
import { zipFrame } from "../../../gateway/standards/zip/write-zip.ts"
import { AT, filesOf, sourceOf, zipOf, type Files } from "./zip-of.ts"

const text = (words: string): Buffer => Buffer.from(words)
/** Deflates well, and is longer than what comes out at once. */
const LONG = Buffer.alloc(300_000, "0123456789abcdef")
const FILES: Files = [
  ["DICOMDIR", text("a directory")],
  ["DICOM/IMG00001", LONG],
  ["DICOM/IMG00002", Buffer.alloc(0)],
]

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" })
  assert.equal(status, 0, `${command}: ${stdout}${stderr}`)
  return stdout
}

describe("a ZIP we write", () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-zip-"))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it("is read by Info-ZIP, and every file in it is the same", () => {
    writeFileSync(join(folder, "study.zip"), zipOf(FILES))
    assert.match(run("unzip", ["-t", "study.zip"], folder), /No errors detected/)
    assert.match(run("zipinfo", ["study.zip"], folder), /3 files, .* 0\.0%/)
    run("unzip", ["-q", "study.zip"], folder)
    for (const [name, bytes] of FILES) assert.deepEqual(readFileSync(join(folder, name)), bytes)
  })

  it("is read by us as it was written", async () => {
    assert.deepEqual(await filesOf(zipOf(FILES)), FILES)
  })

  it("says in 64 bits what 32 cannot, and Info-ZIP reads where a file beyond 4 GiB lies", () => {
    const large = { name: "LARGE", lengthBytes: 5 * 1024 ** 3, crc32: 0 }
    const small = { name: "SMALL", lengthBytes: 5, crc32: crc32(text("small")) }
    const { files, tail, lengthBytes } = zipFrame([large, small], AT)
    const heads = files.map(({ head }) => head)
    const file = join(folder, "large.zip")
    // Holes cost nothing: what is in the large one nobody reads here.
    const write = (bytes: Uint8Array, at: number): void => {
      writeAt(file, bytes, at)
    }
    writeFileSync(file, heads[0]!)
    const second = heads[0]!.length + large.lengthBytes
    write(heads[1]!, second)
    write(text("small"), second + heads[1]!.length)
    write(tail, lengthBytes - tail.length)
    assert.match(run("zipinfo", ["-l", "large.zip"], folder), /5368709120 .*LARGE[^]* 5 .*SMALL/)
    assert.equal(run("unzip", ["-p", "large.zip", "SMALL"], folder), "small")
  })

  it("counts more files than 16 bits hold", () => {
    const files = Array.from({ length: 70_000 }, (_, index): Files[number] => [`F${index}`, Buffer.alloc(0)])
    writeFileSync(join(folder, "many.zip"), zipOf(files))
    assert.match(run("zipinfo", ["-h", "many.zip"], folder), /number of entries: 70000/)
  })
})

function writeAt(file: string, bytes: Uint8Array, at: number): void {
  const { status } = spawnSync(
    "dd",
    [`of=${file}`, "bs=1M", `seek=${at}`, "oflag=seek_bytes", "conv=notrunc"],
    {
      input: bytes,
    },
  )
  assert.equal(status, 0)
}

describe("a ZIP others write", () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-zip-"))
    mkdirSync(join(folder, "DICOM"))
    for (const [name, bytes] of FILES) writeFileSync(join(folder, name), bytes)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const same = async (zip: Buffer): Promise<void> => {
    const files = (await filesOf(zip)).filter(([name]) => !name.endsWith("/"))
    assert.deepEqual(new Map(files), new Map(FILES))
  }

  it("is read when Info-ZIP wrote it: stored, deflated, with folders, and with Zip64 where none is needed", async () => {
    for (const options of [["-0"], ["-9"], ["-D"], ["-fz"]]) {
      rmSync(join(folder, "a.zip"), { force: true })
      run("zip", ["-q", "-r", ...options, "a.zip", "DICOMDIR", "DICOM"], folder)
      await same(readFileSync(join(folder, "a.zip")))
    }
  })

  it("is read when it was written to a stream: sizes stand behind each file, stored or deflated", async () => {
    for (const option of ["-0", "-6"]) {
      const { stdout, status } = spawnSync("sh", ["-c", `zip -q -r ${option} - DICOMDIR DICOM | cat`], {
        cwd: folder,
      })
      assert.equal(status, 0)
      await same(stdout)
    }
  })

  it("is read when Python wrote it, with a comment and names in Japanese", async () => {
    const script = `
import zipfile, sys
with zipfile.ZipFile("p.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for name in ["DICOMDIR", "DICOM/IMG00001", "DICOM/IMG00002"]: z.write(name)
    z.writestr("読んでください.txt", "x")
    z.comment = "画像".encode()
`
    run("python3", ["-c", script], folder)
    const files = await filesOf(readFileSync(join(folder, "p.zip")))
    assert.deepEqual(
      files.map(([name]) => name),
      ["DICOMDIR", "DICOM/IMG00001", "DICOM/IMG00002", "読んでください.txt"],
    )
  })
})

/** Octets of a ZIP of `FILES`, or of other files, changed in one place. */
function bent(change: (zip: Buffer, at: Places) => Buffer | undefined, files: Files = FILES): Buffer {
  const zip = zipOf(files)
  const endAt = zip.length - 22
  const directoryAt = zip.readUInt32LE(endAt + 16)
  return change(zip, { endAt, directoryAt }) ?? zip
}
interface Places {
  readonly endAt: number
  readonly directoryAt: number
}

/** One file, deflated, whose directory and local header say what they are told to say. */
function deflated(
  content: Buffer,
  claimed: { readonly lengthBytes?: number; readonly behind?: Buffer } = {},
): Buffer {
  const packed = Buffer.concat([deflateRawSync(content), claimed.behind ?? Buffer.alloc(0)])
  const lengthBytes = claimed.lengthBytes ?? content.length
  const zip = zipOf([["A", packed]])
  const directoryAt = zip.readUInt32LE(zip.length - 22 + 16)
  for (const at of [8, directoryAt + 10]) zip.writeUInt16LE(8, at)
  for (const at of [14, directoryAt + 16]) zip.writeUInt32LE(crc32(content), at)
  for (const at of [22, directoryAt + 24]) zip.writeUInt32LE(lengthBytes, at)
  return zip
}

const named = (name: string): Buffer => zipOf([[name, text("x")]])

describe("a ZIP made to harm", () => {
  const CASES: Readonly<Record<string, () => Buffer>> = {
    "that leads out of its folder": () => named("../../etc/passwd"),
    "that leads out in the middle of a name": () => named("DICOM/../../x"),
    "that leads out by backslashes": () => named("..\\x"),
    "with an absolute name": () => named("/etc/passwd"),
    "with a drive": () => named("C:\\x"),
    "with a name that ends in the middle": () => named("IMG\0.exe"),
    "with a name nobody can see whole": () => named("a\u202Egnp.exe"),
    "with a name of two kilobytes": () => named("x".repeat(2048)),
    "with two files of one name": () =>
      zipOf([
        ["IMG1", text("a")],
        ["IMG1", text("b")],
      ]),
    "with two names that differ only in case": () =>
      zipOf([
        ["img1", text("a")],
        ["IMG1", text("b")],
      ]),
    "with a link": () => bent((zip, { directoryAt }) => void zip.writeUInt32LE(0xa1ff0000, directoryAt + 38)),
    "with a device": () =>
      bent((zip, { directoryAt }) => void zip.writeUInt32LE(0x21ff0000, directoryAt + 38)),
    "with an encrypted file": () =>
      bent((zip, { directoryAt }) => void zip.writeUInt16LE(0x0801, directoryAt + 8)),
    "that is strongly encrypted": () =>
      bent((zip, { directoryAt }) => void zip.writeUInt16LE(0x0840, directoryAt + 8)),
    "packed by another method": () =>
      bent((zip, { directoryAt }) => void zip.writeUInt16LE(12, directoryAt + 10)),
    "that is cut off": () => bent((zip) => zip.subarray(0, -40)),
    "that is cut off at its front": () => bent((zip) => zip.subarray(11)),
    "with something before it": () => bent((zip) => Buffer.concat([text("MZ"), zip])),
    "that is something else": () => text("no ZIP at all, and long enough to hold an end record"),
    "of nothing": () => Buffer.alloc(0),
    "with two ends": () =>
      bent((zip, { endAt }) => {
        zip.writeUInt16LE(22, endAt + 20)
        const second = Buffer.alloc(22)
        second.writeUInt32LE(0x06054b50)
        return Buffer.concat([zip, second])
      }),
    "in several pieces": () => bent((zip, { endAt }) => void zip.writeUInt16LE(1, endAt + 4)),
    "whose end counts more files": () =>
      bent((zip, { endAt }) => {
        zip.writeUInt16LE(4, endAt + 8)
        zip.writeUInt16LE(4, endAt + 10)
      }),
    "whose directory is elsewhere": () => bent((zip, { endAt }) => void zip.writeUInt32LE(7, endAt + 16)),
    "whose directory is longer than it": () =>
      bent((zip, { endAt }) => void zip.writeUInt32LE(0xfffffff0, endAt + 12)),
    "that leaves to Zip64 what is not there": () =>
      bent((zip, { endAt }) => void zip.writeUInt32LE(0xffffffff, endAt + 16)),
    "with a length that is left to Zip64 and not there": () =>
      bent((zip, { directoryAt }) => {
        zip.writeUInt32LE(0xffffffff, directoryAt + 20)
        zip.writeUInt32LE(0xffffffff, directoryAt + 24)
      }),
    "whose files overlap": () =>
      bent((zip, { directoryAt }) => {
        // The second is said to begin where the first does.
        const second = directoryAt + 46 + "DICOMDIR".length
        zip.writeUInt32LE(0, second + 42)
      }),
    "whose file reaches into the next": () =>
      bent((zip, { directoryAt }) => {
        zip.writeUInt32LE(50, directoryAt + 20)
        zip.writeUInt32LE(50, directoryAt + 24)
      }),
    "with a hidden file between two others": () =>
      bent((zip, { directoryAt, endAt }) => {
        // The directory does not tell of the second.
        const second = directoryAt + 46 + "DICOMDIR".length
        const third = second + 46 + "DICOM/IMG00001".length
        const end = zip.subarray(endAt)
        end.writeUInt16LE(2, 8)
        end.writeUInt16LE(2, 10)
        end.writeUInt32LE(endAt - directoryAt - (third - second), 12)
        return Buffer.concat([zip.subarray(0, second), zip.subarray(third, endAt), end])
      }),
    "whose local header has another name": () => bent((zip) => void zip.write("DICOMDIX", 30)),
    "whose local header has another length": () => bent((zip) => void zip.writeUInt32LE(5, 22)),
    "whose local header has another CRC-32": () => bent((zip) => void zip.writeUInt32LE(5, 14)),
    "whose local header has another method": () => bent((zip) => void zip.writeUInt16LE(8, 8)),
    "whose local header says that it is encrypted": () => bent((zip) => void zip.writeUInt16LE(0x0801, 6)),
    "whose octets are others": () => bent((zip) => void (zip[45] = zip[45]! ^ 1)),
    "of which more comes out than it says": () => deflated(LONG, { lengthBytes: 1000 }),
    "of which less comes out than it says": () => deflated(text("x"), { lengthBytes: 1000 }),
    "with something behind a deflated stream": () => deflated(text("x"), { behind: text("hidden") }),
    "whose deflated stream is none": () =>
      bent(
        (zip, { directoryAt }) => {
          for (const at of [8, directoryAt + 10]) zip.writeUInt16LE(8, at)
        },
        [["A", Buffer.alloc(20, 0xff)]],
      ),
    "whose deflated stream is cut off": () => {
      const packed = deflateRawSync(LONG).subarray(0, 20)
      const zip = zipOf([["A", packed]])
      const directoryAt = zip.readUInt32LE(zip.length - 22 + 16)
      for (const at of [8, directoryAt + 10]) zip.writeUInt16LE(8, at)
      for (const at of [22, directoryAt + 24]) zip.writeUInt32LE(LONG.length, at)
      return zip
    },
    "of which 4 GiB would come out": () => deflated(LONG, { lengthBytes: 0xfffffff0 }),
    "that lists more files than any study has": () =>
      zipOf(Array.from({ length: MAX_ZIP_ENTRIES + 1 }, (_, index) => [`F${index}`, Buffer.alloc(0)])),
  }
  for (const [what, make] of Object.entries(CASES))
    it(`is refused: one ${what}`, () => assert.rejects(filesOf(make()), { name: "Malformed", code: "ZIP" }))

  it("unpacks a bomb no further than what it says", async () => {
    const bomb = deflated(Buffer.alloc(40 * 1024 * 1024), { lengthBytes: 10 })
    assert.ok(bomb.length < 50_000)
    await assert.rejects(filesOf(bomb), { code: "ZIP" })
  })

  it("is read nowhere beyond what is there, whatever its lengths say", async () => {
    const zip = bent((octets, { endAt }) => void octets.writeUInt32LE(0xfffffff0, endAt + 12))
    let most = 0
    const source = sourceOf(zip)
    const watched = {
      lengthBytes: source.lengthBytes,
      range: (start: number, end: number) => {
        most = Math.max(most, end - start)
        return source.range(start, end)
      },
    }
    await assert.rejects(readZipDirectory(watched), { code: "ZIP" })
    assert.ok(most <= zip.length)
  })
})

describe("a Zip64 that lies", () => {
  /** A small ZIP with the ends of a large one. */
  function ends(say: (record: Buffer, locator: Buffer, end: Buffer) => void): Buffer {
    const zip = zipOf([["A", text("abc")]])
    const endAt = zip.length - 22
    const directoryAt = zip.readUInt32LE(endAt + 16)
    const record = Buffer.alloc(56)
    record.writeUInt32LE(0x06064b50)
    record.writeBigUInt64LE(44n, 4)
    for (const at of [24, 32]) record.writeBigUInt64LE(1n, at)
    record.writeBigUInt64LE(BigInt(endAt - directoryAt), 40)
    record.writeBigUInt64LE(BigInt(directoryAt), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50)
    locator.writeBigUInt64LE(BigInt(endAt), 8)
    locator.writeUInt32LE(1, 16)
    const end = Buffer.from(zip.subarray(endAt))
    end.writeUInt32LE(0xffffffff, 16)
    say(record, locator, end)
    return Buffer.concat([zip.subarray(0, endAt), record, locator, end])
  }

  it("is read when it does not", async () => {
    assert.deepEqual(await filesOf(ends(() => undefined)), [["A", text("abc")]])
  })

  const LIES: Readonly<Record<string, (record: Buffer, locator: Buffer, end: Buffer) => void>> = {
    "about where its record is": (_, locator) => void locator.writeBigUInt64LE(3n, 8),
    "with a record beyond all files": (_, locator) => void locator.writeBigUInt64LE(0xffffffffffffffffn, 8),
    "with no record": (record) => void record.writeUInt32LE(0),
    "about the length of its record": (record) => void record.writeBigUInt64LE(4_000_000_000n, 4),
    "about how many files it has": (record) => {
      for (const at of [24, 32]) record.writeBigUInt64LE(9_000_000_000n, at)
    },
    "about the length of its directory": (record) => void record.writeBigUInt64LE(1n << 60n, 40),
    "about where its directory is": (record) => void record.writeBigUInt64LE(1n << 40n, 48),
    "with a short record that says otherwise": (_record, _locator, end) => void end.writeUInt16LE(2, 10),
    "with pieces elsewhere": (_, locator) => void locator.writeUInt32LE(3, 16),
  }
  for (const [what, say] of Object.entries(LIES))
    it(`is refused: one ${what}`, () =>
      assert.rejects(filesOf(ends(say)), { name: "Malformed", code: "ZIP" }))
})
