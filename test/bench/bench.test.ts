import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { whyNoOwnNetwork } from "../peers/own-network.ts"
import { figure, reached, type Figure, type Promised } from "./figure.ts"
import { imageSets, setBytes } from "./image-sets.ts"
import { CT, renewImages, writeImages } from "./images.ts"
import { cpuMs, peakRssMiB, rssMiB, watchChildren } from "./process-usage.ts"
import { measuredInto } from "./page.ts"
import { shortOfRoom } from "./room.ts"
import { alternate, median } from "./rounds.ts"
import { tables } from "./table.ts"
import { rawLineMs, transportFigures, transportSets, type Passage } from "./transport.ts"

const WHAT = { figure: "some/1", unit: "ms", peerName: "somebody" }
const AT_MOST_HALF: Promised = { floor: 0.5, aim: 0.4, bound: "at most" }

describe("the bench's arithmetic", () => {
  it("compares round by round, so that a slow round slows both", () => {
    const one = figure(WHAT, [1, 10, 2], [2, 20, 4])
    assert.deepEqual([one.ours, one.peer, one.ratio, one.spread], [2, 4, 0.5, [0.5, 0.5]])
  })

  it("takes the middle, or the mean of the two in the middle", () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7])
  })

  it("says what was reached, whichever way is better", () => {
    const at = (ours: number, promised: Promised) => reached(figure(WHAT, [ours], [1], promised))
    assert.deepEqual(
      [at(0.4, AT_MOST_HALF), at(0.5, AT_MOST_HALF), at(0.6, AT_MOST_HALF)],
      ["aim", "floor", "missed"],
    )
    const atLeast: Promised = { floor: 0.5, aim: 0.8, bound: "at least" }
    assert.deepEqual([at(0.9, atLeast), at(0.5, atLeast), at(0.4, atLeast)], ["aim", "floor", "missed"])
    assert.equal(reached(figure(WHAT, [1], [1])), "-")
    assert.equal(reached({ ...figure(WHAT, [0.3], [1]), ...AT_MOST_HALF, judged: "ours" }), "aim")
    assert.equal(reached(figure(WHAT, [300], null, { floor: 350, aim: null, bound: "at most" })), "floor")
  })

  it("turns the order from round to round", async () => {
    const order: string[] = []
    const runner = (name: string) => ({
      name,
      run: (round: number) => Promise.resolve(order.push(`${name}${round}`)),
    })
    const results = await alternate([runner("a"), runner("b")], 3)
    assert.deepEqual(order, ["a0", "b0", "b1", "a1", "a2", "b2"])
    assert.deepEqual(results.get("b"), [2, 3, 6])
  })

  it("prints a table that Markdown understands", () => {
    const [one, other] = [
      { ...WHAT, figure: "one" },
      { ...WHAT, figure: "other" },
    ]
    const lines = tables([figure(one, [1], [2], AT_MOST_HALF), figure(other, [100.4], null)]).split("\n")
    assert.equal(lines.length, 4)
    assert.equal(new Set(lines.map((line) => line.length)).size, 1)
    assert.match(lines[2]!, /^\| one .*\| 0\.50 .*\| ≤ 0\.5 \| ≤ 0\.4 \| floor +\|$/)
  })

  it("puts peers of the same figure side by side", () => {
    const against = (peerName: string, peer: number[] | null) =>
      figure({ ...WHAT, peerName }, [1, 1.2], peer, peer === null ? undefined : AT_MOST_HALF)
    const lines = tables([against("a", [2, 3]), against("b", null)]).split("\n")
    assert.equal(lines.length, 3)
    assert.match(lines[0]!, /\| a · ours ÷ its \(spread\) .*\| b · ours ÷ its \(spread\) +\|$/)
    assert.match(
      lines[2]!,
      /^\| some\/1 .*\| 1\.10 \| 2\.50 · 0\.45 \(0\.400–0\.500\) ≤ 0\.5: floor +\| not taken +\|$/,
    )
    const absolute = { ...against("a", [2, 3]), judged: "ours" as const }
    assert.match(
      tables([absolute, against("b", null)]),
      /\| 1\.10 ≤ 0\.5: missed +\| 2\.50 · 0\.45 \([^)]+\) +\|/,
    )
  })

  it("puts its figures where the page has them, and nowhere else", () => {
    const page = "a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n"
    const written = measuredInto(page, "x", "new")
    assert.equal(
      written,
      "a\n<!-- measured: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n",
    )
    assert.equal(measuredInto(written, "x", "new"), written)
    assert.throws(() => measuredInto(page, "z", "new"), /no place for z/)
  })
})

describe("the sets of images", () => {
  const sets = imageSets(500, 5000)

  it("are as large as their names say", () => {
    assert.deepEqual(
      [sets["300MB"], sets["2GB"]].map((set) => (setBytes(set, 1) / 1e6).toFixed(0)),
      ["300", "2000"],
    )
    assert.equal(setBytes(sets.ct, 1), 500 * 512 * 1024)
    assert.deepEqual([sets.small.studies(4), sets["300MB"].studies(4)], [Array(4).fill(1250), [1, 1, 1, 1]])
  })

  it("are not begun where the disk would be full before the end", () => {
    assert.equal(shortOfRoom("2GB", 20e9, 23e9), null)
    assert.equal(shortOfRoom("2GB", 20e9, 21.5e9), "2GB wants 22.0 GB of disk, 21.5 GB are free")
  })
})

describe("the bench's lines", () => {
  const passage = (wallMs: number): Passage => ({
    bytes: 262e6,
    wallMs,
    sender: { cpuMs: 2620, peakRssMiB: 100 },
    receiver: { cpuMs: 5240, peakRssMiB: 400 },
  })

  it("carry the octets alone in the raw line time", () => {
    assert.deepEqual([rawLineMs(262e6, 10), rawLineMs(262e6, 100)], [209_600, 20_960])
  })

  it("are compared by the raw line time, and by seconds where they have no rate", () => {
    const [time, ...ends] = transportFigures(100, [passage(2 * 20_960)], [passage(20_960)])
    assert.deepEqual(
      [time?.figure, time?.ours, time?.peer, time?.ratio],
      ["transport-time/262MB/100Mbit", 2, 1, 2],
    )
    assert.deepEqual(
      ends.map((each) => [each.figure, each.ours, reached(each)]),
      [
        ["transport-cpu-sender/262MB/100Mbit", 1000, "-"],
        ["transport-rss-sender/262MB/100Mbit", 100, "floor"],
        ["transport-cpu-receiver/262MB/100Mbit", 2000, "-"],
        ["transport-rss-receiver/262MB/100Mbit", 400, "missed"],
      ],
    )
    const [unshaped] = transportFigures(null, [passage(3_000)], [passage(1_500)])
    assert.deepEqual(
      [unshaped?.figure, unshaped?.unit, unshaped?.ours],
      ["transport-time/262MB/unshaped", "s", 3],
    )
  })

  it("are those that carry a study in minutes", () => {
    assert.deepEqual(transportSets(500, 0), [{ instances: 500, lines: [null, 100, 50] }])
    for (const { instances, lines } of transportSets(500, 8192))
      for (const line of lines)
        if (line !== null) assert.ok(rawLineMs(instances * 512 * 1024, line) < 360_000)
  })
})

describe("the bench's instruments", () => {
  let folder: string
  before(async () => (folder = await mkdtemp(join(tmpdir(), "dokuei-bench-test-"))))
  after(() => rm(folder, { recursive: true }))

  it("read CPU time and memory of a process", async () => {
    const used = await cpuMs(process.pid)
    // By its own clock: on a busy machine time passes without us.
    for (const begun = process.cpuUsage(); process.cpuUsage(begun).user < 60_000;);
    assert.ok((await cpuMs(process.pid)) - used >= 20)
    assert.ok((await rssMiB(process.pid)) > 10 && (await peakRssMiB(process.pid)) >= 10)
    await assert.rejects(cpuMs(2 ** 30), { code: "ENOENT" })
  })

  it("see what children hold while they run", async () => {
    const watched = watchChildren(process.pid)
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 300)"])
    await once(child, "exit")
    const [peakMiB, later] = [await watched.end(), await watched.end()]
    assert.ok(peakMiB > 2 && peakMiB === later)
  })

  it("make images that are read, and make others of the same files", async () => {
    const [study] = await writeImages(folder, { studies: [2], shape: { ...CT, frames: 2 } })
    const identity = () =>
      study!.files.map((file) => readPart10(readFileSync(file)).dataSet.text("SOPInstanceUID"))
    const before = identity()
    const [renewed] = await renewImages([study!])
    const { dataSet } = readPart10(readFileSync(study!.files[1]!))
    assert.equal(dataSet.text("StudyInstanceUID"), renewed!.StudyInstanceUID)
    assert.notEqual(renewed!.StudyInstanceUID, study!.StudyInstanceUID)
    assert.equal(new Set([...before, ...identity()]).size, 4)
    assert.equal(dataSet.text("NumberOfFrames"), "2")
    const small = imageSets(1, 1).small.shape
    const [other] = await writeImages(join(folder, "small"), { studies: [1], shape: small })
    const file = readFileSync(other!.files[0]!)
    assert.equal(readPart10(file).dataSet.text("SOPClassUID"), "1.2.840.10008.5.1.4.1.1.2")
    assert.ok(file.length > 9_500 && file.length < 10_500, String(file.length))
  })
})

const PACKAGES = ["8 files", "one file"].flatMap((shape) =>
  ["seal+package", "package", "unpack"].map((what) => `${what}/${shape}`),
)

const WINDOWS = ["ct", "small"].flatMap((set) =>
  ["rate", "cpu"].map((what) => `ingest-window/${what}/${set}/8`),
)
const NAGLES = ["ct", "small"].flatMap((set) =>
  ["dokuei", "storescp"].flatMap((server) =>
    ["quickack", "left", "delayed"].map((what) => `nagle-${what}/${set}/${server}`),
  ),
)

describe("npm run bench", () => {
  let folder: string
  before(async function () {
    if (!existsSync("/usr/bin/storescu")) {
      console.log("      skipped: dcmtk is not installed")
      return this.skip()
    }
    folder = await mkdtemp(join(tmpdir(), "dokuei-bench-test-"))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** One round of few images. */
  function tinyRound(instances: number, ...names: readonly string[]) {
    const json = join(folder, "figures.json")
    const options = ["--rounds", "1", "--instances", String(instances), "--dir", folder, "--json", json]
    const printed = execFileSync(
      process.execPath,
      [join(import.meta.dirname, "bench.ts"), ...names, ...options],
      { encoding: "utf8", stdio: "pipe" },
    )
    return { printed, figures: JSON.parse(readFileSync(json, "utf8")) as Figure[] }
  }
  const namesOf = (figures: readonly Figure[]) => figures.map((each) => each.figure)

  it("runs a tiny round, prints a table and writes the figures", () => {
    const { printed, figures } = tinyRound(8, "durability", "package")
    assert.deepEqual(namesOf(figures), ["durability/1", "durability/4", ...PACKAGES])
    for (const each of figures) {
      assert.ok(each.ours > 0 && each.peer !== null && each.peer > 0 && each.ratio !== null)
      assert.ok(printed.includes(each.figure))
      for (const key of ["unit", "floor", "aim", "spread", "bound", "judged", "rounds"])
        assert.ok(key in each)
    }
    assert.match(printed, /"cores": \d+/)
  })

  it("sends with a window of operations, and over a cable between two hosts", function () {
    this.timeout(120_000)
    const { figures } = tinyRound(24, "window", "nagle")
    const why = whyNoOwnNetwork()
    if (why !== null) console.log(`      nagle is left out: ${why}`)
    assert.deepEqual(namesOf(figures), [...WINDOWS, ...(why === null ? NAGLES : [])])
    for (const each of figures)
      if (each.figure.startsWith("nagle-delayed/")) assert.equal(each.ours, 0, each.figure)
      else assert.ok(each.ours > 0 && each.peer !== null && each.peer > 0, each.figure)
  })

  it("hands a study over by lines of a known rate, beside storescu and Orthanc", function () {
    if (process.env.DOKUEI_LONG !== "1") return this.skip()
    this.timeout(300_000)
    const { figures } = tinyRound(4, "transport")
    const why = whyNoOwnNetwork()
    if (why !== null) console.log(`      transport is left out: ${why}`)
    assert.equal(figures.length, why === null ? 15 : 0)
    for (const each of figures) assert.ok(each.ours > 0 && each.peer !== null && each.peer > 0, each.figure)
  })

  it("has a place in docs/bench.md for every bench", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/bench.md"), "utf8")
    const said = (() => {
      try {
        return tinyRound(1, "none").printed
      } catch (error) {
        return String(error)
      }
    })()
    const names = /no bench none: ([\w, ]+)/.exec(said)?.[1]?.split(", ") ?? []
    assert.ok(names.length >= 10, said)
    for (const name of names) assert.notEqual(measuredInto(page, name, "measured"), page)
  })

  it("says which benches and sets there are", () => {
    assert.throws(() => tinyRound(1, "inges"), /no bench inges: ingest, durability, /)
    assert.throws(() => tinyRound(1, "ingest", "--set", "mr"), /no set mr: ct, small, 300MB, 2GB/)
  })
})
