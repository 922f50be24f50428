/**
 * Real and hostile files, sent by five programs to an edge that runs: each arrives as its sender wrote it, or is refused
 * with a reason. What a sender writes is what storescp keeps of the same sender: DCMTK, Orthanc and dcmjs write data sets anew.
 */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { after, before, describe, it } from "mocha"
import { parse, stringify } from "yaml"
import { listen } from "../../gateway/actors/storage-scp/listen.ts"
import { Collector } from "../actors/storage-scp/collector.ts"
import { makeSites, startDokuei } from "../commands/command-line.ts"
import { dcmjsDimse, dcmsend, orthanc, storescu, stow, type Receiver, type Sent } from "../peers/senders.ts"
import { Storescp, freePort } from "../peers/storescp.ts"
import { readDataSet } from "../../gateway/standards/dicom/data-set.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { inflateCapped } from "../../gateway/standards/dicom/deflated-head.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import { dataSetDigest, spoolOf } from "./opened-spool.ts"

const SHARED = process.env.DOKUEI_SHARED
const LONG = process.env.DOKUEI_LONG === "1"
/** Of each series in the short run. */
const SAMPLE = 2
const TOKEN = "token-of-the-importer"
const SENDERS = { storescu, dcmsend, orthanc, "dcmjs-dimse": dcmjsDimse } as const

/** What a sender made of a file. */
interface Written {
  readonly uid: string
  readonly sha256: string | null
}

/** By SOP Instance UID: the data sets (hex SHA-256), each once. */
type Kept = Map<string, Set<string>>

const UNNAMED = /^C000H missing: /
const NO_UID = /^C000H \w+ is not a UID/
const CUT = /^C000H the data set ends inside an element/
/**
 * What the edge refuses of what its senders do send, and why, as STOW-RS is told; anything else that is refused is a
 * fault. A C-STORE carries the reason in its Error Comment, which no sender here prints.
 */
const REFUSED_RIGHTLY: Readonly<Partial<Record<string, RegExp>>> = {
  // No patient and no study (PS3.4 GG), or no object at all: there is nowhere to file it.
  "charset/decimal_rescale.dcm": UNNAMED,
  "modality/DIRW0007": UNNAMED,
  "modality/NeurosurgeryPlan.dcm": UNNAMED,
  "modality/hotiron.dcm": UNNAMED,
  "modality/wklist1.wl": UNNAMED,
  "odd/GH220.dcm": UNNAMED,
  "odd/UN_sequence.dcm": UNNAMED,
  "odd/dwv-test_no-number-rows.dcm": UNNAMED,
  "odd/empty_charset_LEI.dcm": UNNAMED,
  "odd/nested_priv_SQ.dcm": UNNAMED,
  "odd/no_meta_group_length.dcm": UNNAMED,
  "odd/priv_SQ.dcm": UNNAMED,
  "ts/HTJ2KLossless_08_RGB.dcm": UNNAMED,
  "ts/JPEGLSNearLossless_16.dcm": UNNAMED,
  "odd/no-meta-length-test.dcm": NO_UID,
  "synthetic/inj_path_uid.dcm": NO_UID,
  "synthetic/uid_empty_study.dcm": NO_UID,
  "synthetic/uid_too_long.dcm": NO_UID,
  "odd/MR_truncated.dcm": CUT,
  "odd/rtplan_truncated.dcm": CUT,
  "synthetic/struct_vl_past_eof.dcm": CUT,
  "odd/DICOMDIR": /^0122H a DICOMDIR/,
  "odd/DICOMDIR-implicit": /^0122H a DICOMDIR/,
  "odd/meta_missing_tsyntax.dcm": /no Transfer Syntax UID/,
  "odd/no_preamble_dicm_in_data": /no Transfer Syntax UID/,
  "synthetic/px_private_ge_ts.dcm": /^C122H/,
  "synthetic/struct_command_group.dcm": /group 0000 or 0002 inside a data set/,
  "synthetic/struct_item_len_wrong.dcm": /an item is longer than its sequence/,
  "synthetic/struct_nest_3000.dcm": /more than 256 levels/,
}

/** Orthanc falls over it in one of two runs, and gives its odd values another last octet in each: that it is kept has to do. */
const ANOTHER_EACH_TIME = new Set(["orthanc synthetic/struct_odd_length.dcm"])

/** What dcmjs-dimse names deflated and sends as it is: no more than its bytes can be told of it. */
const NOT_DEFLATED = new Set(["ts/image_dfl", "ts/report_dfl"])

describe("the shared files", function () {
  this.timeout(LONG ? 1_800_000 : 240_000)
  let folder: string
  let files: readonly string[]
  const table: string[][] = []

  before(async function () {
    if (SHARED === undefined) {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no shared files")
      this.skip()
    }
    files = LONG ? filesBelow(join(SHARED, "dicom")) : sample(filesBelow(join(SHARED, "dicom")))
    folder = mkdtempSync(join(tmpdir(), "dokuei-shared-files-"))
    await makeSites(folder)
    writeFileSync(join(folder, "import.token"), TOKEN)
  })
  after(() => {
    if (SHARED === undefined) return
    rmSync(folder, { recursive: true, force: true })
    console.log(rendered(table))
  })

  for (const [name, sender] of Object.entries(SENDERS))
    it(`by ${name} arrive as storescp has them, or are refused with a reason`, async () => {
      const reference = await keptByStorescp(sender)
      const { sent, kept } = await throughEdge(name, async (edge) => {
        const first = await sender(files, edge)
        // A sender that has fallen over something else is started again, as at any hospital.
        const lost = lostOnTheWay(reference.sent, first)
        return lost.length === 0 ? first : new Map([...first, ...(await sender(lost, edge))])
      })
      assert.deepEqual(lostOnTheWay(reference.sent, sent), [], "sent to storescp, and never to us")
      const written = name === "dcmjs-dimse" ? await writtenByDcmjs(reference.kept, sent) : new Map()
      judge(name, sent, kept, reference.kept, written)
    })

  it("by STOW-RS arrive as the files themselves, or are refused with a reason", async () => {
    const root = join(SHARED ?? "", "dicom")
    const { sent, kept, octets } = await throughEdge("stow", (_edge, port) =>
      stow(root, files, { port, token: TOKEN }),
    )
    const reference: Kept = new Map()
    for (const file of files) if (sent.get(file)?.kind === "success") note(reference, readFileSync(file))
    judge("stow", sent, kept, reference)
    const stored = [...sent].filter(([, told]) => told.kind === "success").map(([file]) => readFileSync(file))
    const whole = stored.filter((file) => octets.some((each) => each.equals(file)))
    table.push(["(octet by octet)", "stow", `${whole.length}`, "", "", ""])
  })

  function judge(
    sender: string,
    sent: Sent,
    kept: Kept,
    reference: Kept,
    written: ReadonlyMap<string, Written> = new Map(),
  ): void {
    const faults: string[] = []
    const counts = new Map<string, Record<"identical" | "refused" | "not sent" | "fault", number>>()
    for (const file of files) {
      const told = sent.get(file)
      assert.ok(told !== undefined)
      const name = relative(join(SHARED ?? "", "dicom"), file)
      const row = name.split("/")[0] ?? ""
      const count = counts.get(row) ?? { identical: 0, refused: 0, "not sent": 0, fault: 0 }
      counts.set(row, count)
      if (told.kind === "success") {
        const { uid, sha256 } = written.get(file) ?? { uid: SOPInstanceUIDOf(file), sha256: null }
        // storescp does not know every SOP Class and transfer syntax: then the file itself has to do.
        const theirs = reference.get(uid) ?? new Set([sha256 ?? dataSetDigest(readFileSync(file))])
        const ours = kept.get(uid)
        const isUnsteady = ANOTHER_EACH_TIME.has(`${sender} ${name}`)
        const isSame = ours !== undefined && (isUnsteady || [...theirs].every((each) => ours.has(each)))
        count[isSame ? "identical" : "fault"] += 1
        if (!isSame)
          faults.push(`${name}: success, and ${ours === undefined ? "not kept" : "not what storescp has"}`)
      } else {
        count[told.kind] += 1
        if (process.env.DOKUEI_TELL === "1") console.log(`${sender} ${name}: ${told.kind}: ${told.reason}`)
        if (told.kind === "refused" && !isRight(sender, name, told.reason))
          faults.push(`${name}: refused: ${told.reason}`)
      }
    }
    for (const [row, count] of counts) table.push([row, sender, ...Object.values(count).map(String)])
    assert.deepEqual(faults, [])
  }

  /** dcmjs writes anew what storescp does not take as well, UIDs too: it is heard by a listener that keeps digests only. */
  async function writtenByDcmjs(reference: Kept, sent: Sent): Promise<ReadonlyMap<string, Written>> {
    const collector = new Collector()
    const scp = await listen({ port: 0, host: "127.0.0.1" }, collector)
    const written = new Map<string, Written>()
    for (const file of files) {
      if (sent.get(file)?.kind !== "success" || reference.has(SOPInstanceUIDOf(file))) continue
      await dcmjsDimse([file], { port: scp.port, aeTitle: collector.calledAE })
      const { AffectedSOPInstanceUID: uid, sha256 } = collector.kept.at(-1)!
      written.set(file, { uid, sha256 })
    }
    await scp.close(0)
    return written
  }

  async function keptByStorescp(
    sender: (files: readonly string[], to: Receiver) => Promise<Sent>,
  ): Promise<{ readonly sent: Sent; readonly kept: Kept }> {
    const peer = await Storescp.open("+xa", "+uf")
    try {
      const sent = await sender(files, { port: peer.port, aeTitle: "STORESCP" })
      const kept: Kept = new Map()
      for (const file of peer.files()) if (isReadable(file)) note(kept, file)
      return { sent, kept }
    } finally {
      await peer.close()
    }
  }

  /** Each sender meets an edge that has nothing yet. */
  async function throughEdge(
    name: string,
    send: (edge: Receiver, webPort: number) => Promise<Sent>,
  ): Promise<{ readonly sent: Sent; readonly kept: Kept; readonly octets: readonly Buffer[] }> {
    const config = join(folder, `${name}.yaml`)
    const raw: ReturnType<typeof parse> = parse(readFileSync(join(folder, "edge.yaml"), "utf8"))
    raw.dataDir = `${name}-data`
    raw.dicom.modalities = ["SCU", "DCMSEND", "ORTHANC", "DCMJS"].map((aeTitle) => ({
      aeTitle,
      quietPeriod: "1h",
    }))
    raw.dicom.web = { port: await freePort(), senders: [{ aeTitle: "IMPORT", tokenFile: "import.token" }] }
    writeFileSync(config, stringify(raw))
    const edge = await startDokuei(config)
    let sent: Sent
    try {
      sent = await send({ port: edge.ports.dicom ?? 0, aeTitle: "DOKUEI" }, edge.ports.dicomWeb ?? 0)
    } finally {
      edge.process.kill("SIGTERM")
    }
    assert.equal((await edge.ended()).code, 0)
    const kept: Kept = new Map()
    const octets = (await spoolOf(config)).map(({ bytes }) => bytes)
    for (const file of octets) note(kept, file)
    return { sent, kept, octets }
  }
})

/** An association that we end is told by its sender as nothing sent: storescp shows what it would have sent. */
const lostOnTheWay = (toStorescp: Sent, toUs: Sent): string[] =>
  [...toUs]
    .filter(([file, { kind }]) => kind === "not sent" && toStorescp.get(file)?.kind === "success")
    .map(([file]) => file)

function isRight(sender: string, name: string, reason: string): boolean {
  if (sender === "dcmjs-dimse" && NOT_DEFLATED.has(name)) return true
  const rightly = REFUSED_RIGHTLY[name]
  return rightly !== undefined && (sender !== "stow" || rightly.test(reason))
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith("README.md"))
    .sort()

/** Every single file, and a few of each series. */
function sample(all: readonly string[]): string[] {
  const met = new Map<string, number>()
  return all.filter((path) => {
    if (!path.includes("/series/")) return true
    const series = join(path, "..")
    met.set(series, (met.get(series) ?? 0) + 1)
    return (met.get(series) ?? 0) <= SAMPLE
  })
}

function note(kept: Kept, file: Uint8Array): void {
  const uid = uidIn(file)
  kept.set(uid, (kept.get(uid) ?? new Set()).add(dataSetDigest(file)))
}

/** dcmjs-dimse sends as deflated what it has not deflated, and storescp keeps it so. */
function isReadable(file: Uint8Array): boolean {
  try {
    return uidIn(file) !== ""
  } catch (error) {
    if (error instanceof Malformed) return false
    throw error
  }
}

/** Of a deflated data set: enough for any identification, and too little for a bomb. */
const HEAD_BYTES = 32 * 1024

function uidIn(file: Uint8Array): string {
  const start = dataSetStart(file)
  assert.ok(start !== null)
  const options = { untilTag: 0x00080020, inflate: inflateCapped }
  const isDeflated = transferSyntax(start.TransferSyntaxUID)?.encoding === "deflated"
  const head = isDeflated ? file.subarray(0, start.offsetBytes + HEAD_BYTES) : file
  return readDataSet(head, start.TransferSyntaxUID, start.offsetBytes, options).dataSet.text("SOPInstanceUID")
}

/** Of a file that may have no header, as DCMTK guesses. */
function SOPInstanceUIDOf(path: string): string {
  const file = readFileSync(path)
  const isPart10 = file.toString("latin1", 128, 132) === "DICM"
  if (isPart10) return uidIn(file)
  const tag = Buffer.from(file).indexOf(Buffer.from([0x08, 0x00, 0x18, 0x00]))
  const at = tag === -1 ? Buffer.from(file).indexOf(Buffer.from([0x00, 0x08, 0x00, 0x18])) : tag
  const isExplicit = file.toString("latin1", at + 4, at + 6) === "UI"
  const lengthBytes = isExplicit
    ? tag === -1
      ? file.readUInt16BE(at + 6)
      : file.readUInt16LE(at + 6)
    : file.readUInt32LE(at + 4)
  return file.toString("latin1", at + 8, at + 8 + lengthBytes).replace(/\0+$/, "")
}

function rendered(rows: readonly (readonly string[])[]): string {
  const all = [["folder", "sender", "identical", "refused", "not sent", "fault"], ...rows]
  return all
    .map((row) => row.map((cell, index) => (index < 2 ? cell.padEnd(18) : cell.padStart(10))).join(""))
    .join("\n")
}
