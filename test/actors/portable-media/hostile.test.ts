import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { MediumTree } from "../../../gateway/actors/portable-media/medium-tree.ts"
import { octetsOf } from "../../../gateway/actors/portable-media/read-file.ts"
import { metadataIn, readSubset, subsetFolders } from "../../../gateway/actors/portable-media/survey.ts"
import { checkRoom, writeMedium } from "../../../gateway/actors/portable-media/write-medium.ts"
import { MediumError } from "../../../gateway/journey/errors.ts"
import { checkMedium } from "../../../gateway/commands/media/check.ts"
import { MediumReport } from "../../../gateway/commands/media/report.ts"
import type { MediumFile } from "../../../gateway/journey/ports/media.ts"
import { writeMetadataFile } from "../../../gateway/standards/xdm/metadata-file.ts"
import { sampleSubmission } from "../../standards/xds/sample-submission.ts"

const CONTENT = [Buffer.from("first document"), Buffer.from("second document")]
const SCREEN = { write: () => true }
const QUIET = { bytes: () => undefined, file: () => undefined }

const unfit =
  (words: RegExp) =>
  (error: unknown): boolean =>
    error instanceof MediumError && words.test(error.message)

describe("a medium nobody vouches for", () => {
  let root: string
  let subset: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dokuei-hostile-"))
    subset = join(root, "IHE_XDM/SUBSET01")
    mkdirSync(subset, { recursive: true })
    metadata(["DOC00001.XML", "DOC00002.XML"])
    CONTENT.forEach((bytes, index) => writeFileSync(join(subset, `DOC0000${index + 1}.XML`), bytes))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function metadata(uris: readonly string[]): void {
    const submission = sampleSubmission(CONTENT)
    const uriOf = ({ entryUUID }: { readonly entryUUID: string }): string =>
      uris[Number(entryUUID.slice(-1)) - 1]!
    writeFileSync(join(subset, "METADATA.XML"), writeMetadataFile(submission, uriOf))
  }
  async function survey() {
    const tree = new MediumTree(root)
    const [folder] = await subsetFolders(tree)
    return readSubset(tree, folder!, await metadataIn(tree, folder!))
  }
  const checked = async (): Promise<string> => (await checkMedium(root, SCREEN)).report

  it("is read when it is right, with whatever lies beside", async () => {
    writeFileSync(join(subset, "EXTRA.EXE"), "MZ")
    mkdirSync(join(root, "OTHER"))
    assert.equal((await survey()).documents.length, 2)
    assert.equal(await checked(), "SUBSET01  whole, 2 documents\n1 of 1 whole\n")
  })

  it("is read in capitals, small letters, or with the versions of ISO 9660", async () => {
    renameSync(join(subset, "DOC00001.XML"), join(subset, "doc00001.xml"))
    renameSync(join(subset, "METADATA.XML"), join(subset, "metadata.xml;1"))
    renameSync(join(root, "IHE_XDM"), join(root, "ihe_xdm"))
    assert.equal((await survey()).documents.length, 2)
  })

  it("names nothing that could be two things", async () => {
    renameSync(join(subset, "DOC00001.XML"), join(subset, "doc00001.xml"))
    writeFileSync(join(subset, "Doc00001.xml"), "other")
    await assert.rejects(survey(), unfit(/could be Doc00001\.xml or doc00001\.xml/))
  })

  it("leads nowhere else: paths, links, and what is no file", async () => {
    metadata(["../../../etc/passwd", "/etc/passwd"])
    await assert.rejects(survey(), unfit(/leads off the medium\n.*is not relative/))
    metadata(["LINK.XML", "FOLDER"])
    symlinkSync("/etc/passwd", join(subset, "LINK.XML"))
    mkdirSync(join(subset, "FOLDER"))
    await assert.rejects(survey(), unfit(/LINK\.XML is a link\n.*is no file/))
    metadata(["PIPE", "DOC00002.XML"])
    execFileSync("mkfifo", [join(subset, "PIPE")])
    await assert.rejects(survey(), unfit(/is no file/))
    symlinkSync(tmpdir(), join(root, "AWAY"))
    metadata(["../../AWAY/x", "DOC00002.XML"])
    await assert.rejects(survey(), unfit(/AWAY is a link/))
    rmSync(subset, { recursive: true })
    symlinkSync(tmpdir(), subset)
    await assert.rejects(subsetFolders(new MediumTree(root)), unfit(/SUBSET01 is a link/))
  })

  it("is not opened through a link that was put there meanwhile, nor waited for", async () => {
    symlinkSync("/etc/passwd", join(subset, "LINK"))
    execFileSync("mkfifo", [join(subset, "PIPE")])
    for (const name of ["LINK", "PIPE"])
      await assert.rejects(octetsOf(join(subset, name)).next(), unfit(/cannot be read \(ELOOP\)|is no file/))
  })

  it("is told of by each document that is missing, cut or altered", async () => {
    rmSync(join(subset, "DOC00001.XML"))
    truncateSync(join(subset, "DOC00002.XML"), 3)
    assert.match(
      await checked(),
      /^SUBSET01 {2}NOT WHOLE\n {2}document 2\.25\.1000\.1: DOC00001\.XML is not on the medium\n {2}document 2\.25\.1000\.2: DOC00002\.XML has 3 bytes instead of 15\n0 of 1 whole\n$/,
    )
    CONTENT.forEach((bytes, index) => writeFileSync(join(subset, `DOC0000${index + 1}.XML`), bytes))
    writeFileSync(join(subset, "DOC00002.XML"), "SECOND DOCUMENT")
    assert.match(await checked(), /NOT WHOLE\n {2}document 2\.25\.1000\.2: other bytes than its metadata say/)
  })

  it("loses the submission whose metadata are a bomb, another text or too large, and no other", async () => {
    cpSync(subset, join(root, "IHE_XDM/SUBSET02"), { recursive: true })
    for (const [bomb, words] of [
      [
        `<!DOCTYPE a [<!ENTITY a "${"x".repeat(100)}"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>`,
        /document type declaration/,
      ],
      ["<a>".repeat(5000), /nesting over the limit/],
      ["not XML at all", /XML|root|text/i],
    ] as const) {
      writeFileSync(join(subset, "METADATA.XML"), bomb)
      const told = await checked()
      assert.match(told, words)
      assert.match(told, /SUBSET02 {2}whole, 2 documents\n1 of 2 whole\n$/)
    }
    truncateSync(join(subset, "METADATA.XML"), 70 * 1024 * 1024)
    assert.match(await checked(), /is larger than 67108864 bytes/)
    rmSync(join(subset, "METADATA.XML"))
    assert.match(await checked(), /there is no METADATA\.XML/)
  })

  it("is read folder by folder, so that of all it says no more than one folder is in memory", async () => {
    const second = join(root, "IHE_XDM/SUBSET02")
    cpSync(subset, second, { recursive: true })
    // Drawn over with each document: at the first one nothing of the second folder was read yet.
    const screen = {
      isTTY: true,
      write: (line: string) => {
        if (line.includes("1 of 4 files")) writeFileSync(join(second, "METADATA.XML"), "not XML")
      },
    }
    const { report, isWhole } = await checkMedium(root, screen)
    assert.match(report, /^SUBSET01 {2}whole, 2 documents\nSUBSET02 {2}NOT WHOLE\n/)
    assert.equal(isWhole, false)
  })

  it("is told of in no more lines than somebody reads, and with its verdict", () => {
    const report = new MediumReport("whole", "NOT WHOLE")
    const faults = Array.from({ length: 4_000 }, (_, index) => `fault ${index} ${"x".repeat(3_000)}`)
    for (const name of ["SUBSET01", "SUBSET02"]) report.add({ name, documents: 0, faults, remarks: [] })
    report.add({ name: "SUBSET03", documents: 0, faults, remarks: [] })
    const { report: text, isWhole } = report.told()
    const lines = text.trimEnd().split("\n")
    assert.equal(lines.length, 3 + 5_000 + 2)
    assert.ok(lines.every((line) => line.length <= 2_002))
    assert.deepEqual(lines.slice(-3), [
      "SUBSET03  NOT WHOLE",
      "7000 more faults are not listed",
      "0 of 3 whole",
    ])
    assert.equal(isWhole, false)
  })

  it("is no medium without its folder, and may be deep where nobody looks", async () => {
    mkdirSync(join(root, "D/".repeat(60)), { recursive: true })
    assert.equal((await survey()).documents.length, 2)
    renameSync(join(root, "IHE_XDM"), join(root, "IHE_XDM.NEW"))
    await assert.rejects(subsetFolders(new MediumTree(root)), unfit(/there is no folder IHE_XDM/))
    mkdirSync(join(root, "IHE_XDM"))
    await assert.rejects(subsetFolders(new MediumTree(root)), unfit(/holds no submission set/))
  })

  it("that cannot be read in its midst says so", async () => {
    // Address 0 of a process is nowhere: the system answers EIO, as for a scratch.
    await assert.rejects(octetsOf("/proc/self/mem").next(), unfit(/cannot be read \(EIO\)|is no file/))
    const tree = new MediumTree(join(root, "nowhere"))
    await assert.rejects(subsetFolders(tree), unfit(/cannot be read \(ENOENT\)/))
  })
})

describe("writing a medium", () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "dokuei-stick-"))))
  afterEach(() => rmSync(root, { recursive: true }))

  const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex")
  const file = (path: string, bytes: Uint8Array, more: Partial<MediumFile> = {}): MediumFile => ({
    path,
    lengthBytes: bytes.length,
    sha1: sha1(bytes),
    async *open() {
      yield await Promise.resolve(bytes)
    },
    ...more,
  })
  const files = [file("README.TXT", CONTENT[0]!), file("IHE_XDM/SUBSET01/DOC00001.XML", CONTENT[1]!)]

  it("gives the folder its name last, when all is there", async () => {
    const seen: string[][] = []
    await writeMedium(root, files, {
      bytes: () => seen.push(readdirSync(root).sort()),
      file: () => undefined,
    })
    assert.ok(seen.every((names) => names.includes("IHE_XDM.NEW") && !names.includes("IHE_XDM")))
    assert.deepEqual(readdirSync(root).sort(), ["IHE_XDM", "README.TXT"])
    assert.deepEqual(readFileSync(join(root, "IHE_XDM/SUBSET01/DOC00001.XML")), CONTENT[1])
  })

  it("leaves no medium when it breaks off, or what comes is not what was announced", async () => {
    const broken = file("IHE_XDM/SUBSET01/DOC00002.XML", CONTENT[0]!, {
      open: async function* () {
        yield await Promise.resolve(CONTENT[0]!.subarray(0, 3))
        throw new Error("the gateway stopped")
      },
    })
    await assert.rejects(writeMedium(root, [...files, broken], QUIET), /the gateway stopped/)
    assert.deepEqual(readdirSync(root), [], "INDEX.HTM and DICOMDIR may name the patient")
    const other = file("IHE_XDM/SUBSET01/DOC00002.XML", CONTENT[0]!, { sha1: sha1(CONTENT[1]!) })
    await assert.rejects(writeMedium(root, [...files, other], QUIET), unfit(/did not come whole/))
    assert.ok(!existsSync(join(root, "IHE_XDM")))
  })

  it("knows what a writing left that was killed at any moment, begins anew, and touches nothing else", async () => {
    const moments: string[] = []
    const killed = (): void => {
      moments.push(mkdtempSync(join(tmpdir(), "dokuei-killed-")))
      cpSync(root, moments.at(-1)!, { recursive: true })
    }
    writeFileSync(join(root, "MEMO.TXT"), "somebody's own")
    const watched = files.map((each) => ({
      ...each,
      open: async function* () {
        killed()
        yield* each.open()
        killed()
      },
    }))
    try {
      await writeMedium(root, [...watched, file("INDEX.HTM", CONTENT[0]!)], { bytes: killed, file: killed })
      assert.ok(moments.some((each) => existsSync(join(each, "README.TXT"))))
      for (const moment of moments) {
        const again = [...files, file("INDEX.HTM", Buffer.from("of another day"))]
        await checkRoom(moment, again)
        assert.deepEqual(readdirSync(moment), ["MEMO.TXT"])
        await writeMedium(moment, again, QUIET)
        assert.deepEqual(readdirSync(moment).sort(), ["IHE_XDM", "INDEX.HTM", "MEMO.TXT", "README.TXT"])
        assert.equal(readFileSync(join(moment, "INDEX.HTM"), "utf8"), "of another day")
      }
    } finally {
      for (const moment of moments) rmSync(moment, { recursive: true })
    }
  })

  it("takes no file for one of its own that says something else, or that only a link leads to", async () => {
    mkdirSync(join(root, "IHE_XDM.OWN"))
    writeFileSync(join(root, "IHE_XDM.OWN/README.TXT"), CONTENT[0]!)
    writeFileSync(join(root, "README.TXT"), "somebody's own")
    await assert.rejects(checkRoom(root, files), unfit(/there is a README\.TXT already/))
    assert.equal(readFileSync(join(root, "README.TXT"), "utf8"), "somebody's own")
    const elsewhere = mkdtempSync(join(tmpdir(), "dokuei-elsewhere-"))
    writeFileSync(join(elsewhere, "README.TXT"), "somebody's own")
    symlinkSync(elsewhere, join(root, "IHE_XDM.OWN"))
    await assert.rejects(checkRoom(root, files), unfit(/there is a README\.TXT already/))
    assert.deepEqual(readdirSync(elsewhere), ["README.TXT"])
    rmSync(elsewhere, { recursive: true })
  })

  it("reads back what it wrote: a medium that keeps something else is none", async () => {
    const [readme, document] = files
    const spoil = {
      ...QUIET,
      file: () => writeFileSync(join(root, "IHE_XDM.NEW/SUBSET01/DOC00001.XML"), "other"),
    }
    await assert.rejects(
      writeMedium(root, [readme!, document!], spoil),
      unfit(/reads back as something else/),
    )
  })

  it("asks for room first, and takes no medium that has documents", async () => {
    const huge = [{ path: "IHE_XDM/SUBSET01/DOC00001.P7M", lengthBytes: 2 ** 60, sha1: null }]
    await assert.rejects(checkRoom(root, huge), unfit(/MiB are needed, and \d+ MiB are free/))
    mkdirSync(join(root, "IHE_XDM.NEW/SUBSET01"), { recursive: true })
    await checkRoom(root, files)
    assert.deepEqual(readdirSync(root), [], "what an interrupted one left is gone")
    mkdirSync(join(root, "ihe_xdm"))
    await assert.rejects(checkRoom(root, files), unfit(/already/))
  })

  it("leaves what lies on the medium as it is, whatever the case of its name, and says so first", async () => {
    writeFileSync(join(root, "Readme.txt"), "somebody's own")
    await assert.rejects(
      checkRoom(root, files),
      unfit(/there is a README\.TXT already: take an empty medium/),
    )
    assert.equal(readFileSync(join(root, "Readme.txt"), "utf8"), "somebody's own")
    // It was put there after somebody asked, and what was written before it goes again.
    writeFileSync(join(root, "DICOMDIR"), "another hospital's")
    const late = [file("INDEX.HTM", CONTENT[0]!), file("DICOMDIR", CONTENT[0]!), files[1]!]
    await assert.rejects(writeMedium(root, late, QUIET), unfit(/DICOMDIR cannot be written \(EEXIST\)/))
    assert.deepEqual(readdirSync(root).sort(), ["DICOMDIR", "Readme.txt"])
    assert.equal(readFileSync(join(root, "DICOMDIR"), "utf8"), "another hospital's")
  })

  it("writes through no link that lies on the medium", async () => {
    const elsewhere = join(dirname(root), `${root.slice(-6)}-elsewhere`)
    writeFileSync(elsewhere, "keep me")
    symlinkSync(dirname(root), join(root, "IHE_XDM.NEW"))
    await checkRoom(root, files)
    symlinkSync(elsewhere, join(root, "README.TXT"))
    await assert.rejects(checkRoom(root, files), unfit(/already/))
    await assert.rejects(writeMedium(root, files, QUIET), unfit(/EEXIST/))
    assert.equal(readFileSync(elsewhere, "utf8"), "keep me")
    rmSync(elsewhere)
  })
})
