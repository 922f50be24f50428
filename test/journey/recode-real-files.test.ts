/** Every real file at hand: recoded with DCMTK and OpenJPEG as judges, or as received with a reason. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import type { InstanceRecord } from "../../gateway/journey/records/instance.ts"
import { judge, type Judgement } from "./recode-judge.ts"
import { RecodingWorld } from "./recoding-world.ts"

const SHARED = process.env.DOKUEI_SHARED
/** Of a long series every n-th slice, unless the long suite runs. */
const EVERY = process.env.DOKUEI_LONG === undefined ? 12 : 1

interface Row {
  readonly name: string
  readonly record: InstanceRecord
  readonly judgement: Judgement | null
}

describe("recoding of real files", function () {
  this.timeout(600_000)
  let rows: Row[] = []
  let recodeMs = 0

  before(async function () {
    if (SHARED === undefined) {
      console.log("      skipped: DOKUEI_SHARED is not set, so there are no real files")
      this.skip()
    }
    const sent = filesBelow(join(SHARED, "dicom"))
    const recoding = await RecodingWorld.open()
    const scratch = await mkdtemp(join(tmpdir(), "dokuei-judge-"))
    try {
      const received = await recoding.receive(sent.map(({ bytes }) => bytes))
      const startedAt = performance.now()
      await recoding.recode()
      recodeMs = performance.now() - startedAt
      const records = await recoding.instances(received)
      const pairs = []
      for (const [index, { recoding: how }] of records.entries())
        if (how?.kind === "recoded")
          pairs.push({
            index,
            name: sent[index]!.name,
            source: sent[index]!.bytes,
            recoded: await recoding.clear(how.place),
          })
      const judgements = judge(scratch, pairs)
      const verdicts = new Map(pairs.map(({ index }, at) => [index, judgements[at]!]))
      rows = records.map((record, index) => ({
        name: sent[index]!.name,
        record,
        judgement: verdicts.get(index) ?? null,
      }))
    } finally {
      await recoding.close()
      await rm(scratch, { recursive: true })
    }
    print(rows, recodeMs)
  })

  it("decides for each how it travels", () => {
    assert.deepEqual(
      rows.filter(({ record }) => record.recoding === null).map(({ name }) => name),
      [],
    )
    assert.ok(rows.length > 150)
    assert.ok(rows.filter(({ judgement }) => judgement !== null).length > 100)
  })

  it("leaves every element as DCMTK reads it, but the named ones", () => {
    const unequal = rows.filter(({ judgement }) => (judgement?.differences.length ?? 0) > 0)
    assert.deepEqual(
      unequal.map(({ name, judgement }) => [name, judgement?.differences]),
      [],
    )
  })

  it("leaves every pixel as OpenJPEG decodes it", () => {
    const unequal = rows.filter(({ judgement }) => (judgement?.pixels ?? "") !== "")
    assert.deepEqual(
      unequal.map(({ name, judgement }) => [name, judgement?.pixels]),
      [],
    )
  })
})

function filesBelow(folder: string): { name: string; bytes: Buffer }[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const counts = new Map<string, number>()
  return found.flatMap((path) => {
    const name = relative(folder, path)
    const series = name.startsWith("series/") ? name.slice(0, name.lastIndexOf("/")) : name
    const count = counts.get(series) ?? 0
    counts.set(series, count + 1)
    const bytes = readFileSync(path)
    return count % EVERY === 0 && isPart10(bytes) ? [{ name, bytes }] : []
  })
}

function isPart10(bytes: Buffer): boolean {
  try {
    return dataSetStart(bytes) !== null
  } catch {
    // What is no file of DICOM is not stored: the storage SCP refuses it.
    return false
  }
}

function print(rows: readonly Row[], recodeMs: number): void {
  const recoded = rows.filter(({ record }) => record.recoding?.kind === "recoded")
  for (const { name, record } of rows.filter(({ name }) => !name.startsWith("series/")))
    console.log(`      ${name.padEnd(64)} ${told(record)}`)
  const series = Map.groupBy(
    rows.filter(({ name }) => name.startsWith("series/")),
    ({ name }) => name.slice(0, name.lastIndexOf("/")),
  )
  for (const [name, members] of series)
    console.log(`      ${name.padEnd(64)} ${summary(members.map(({ record }) => record))}`)
  const bytes = recoded.reduce((sum, { record }) => sum + record.clearLengthBytes, 0)
  console.log(`      in all: ${summary(rows.map(({ record }) => record))}`)
  console.log(`      ${(recodeMs / (bytes / 1e6)).toFixed(1)} ms a megabyte, spool and proof included`)
}

function told({ recoding, clearLengthBytes }: InstanceRecord): string {
  if (recoding?.kind !== "recoded") return `as received: ${recoding?.reason ?? "undecided"}`
  return `HTJ2K ${clearLengthBytes} → ${recoding.clearLengthBytes} (${(clearLengthBytes / recoding.clearLengthBytes).toFixed(2)} ×)`
}

function summary(records: readonly InstanceRecord[]): string {
  const sent = records.reduce(
    (sum, { recoding, clearLengthBytes }) =>
      sum + (recoding?.kind === "recoded" ? recoding.clearLengthBytes : clearLengthBytes),
    0,
  )
  const received = records.reduce((sum, each) => sum + each.clearLengthBytes, 0)
  const recoded = records.filter(({ recoding }) => recoding?.kind === "recoded").length
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2)
  return `${recoded} of ${records.length} as HTJ2K, ${megabytes(received)} MB → ${megabytes(sent)} MB (${(received / sent).toFixed(2)} ×)`
}
