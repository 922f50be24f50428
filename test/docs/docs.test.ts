import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { metrics } from "../../gateway/actors/machine-room/metrics.ts"
import { generatedPages } from "../../gateway/commands/docs.ts"
import { EXIT } from "../../gateway/exit.ts"
import { ANSWER_ROWS, OTHER_SAMPLE_ROWS, REQUEST_ROWS, rowTable, SAMPLE_ROWS } from "../actors/wire-rows.ts"

const ROOT = join(import.meta.dirname, "../..")
const DOCS = join(ROOT, "docs")
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")
/** First cells of every table row, without back-ticks. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| `?([^|`]+?)`? \|/gm)].map(([, cell = ""]) => cell)

describe("the documents", () => {
  it("printed from the program are what the program prints (else: npm run dokuei -- docs)", async () => {
    for (const [name, page] of Object.entries(await generatedPages()))
      assert.equal(readFileSync(join(DOCS, name), "utf8"), page, name)
  })

  it("give a reason for every package, and for no other", () => {
    const groups = JSON.parse(read("package.json")) as Record<string, Record<string, string> | undefined>
    const packages = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((name) =>
      Object.keys(groups[name] ?? {}),
    )
    const told = firstCells(read("docs/dependencies.md")).filter((cell) => cell !== "package")
    assert.deepEqual(told.sort(), packages.sort())
  })

  it("list the exit codes the program uses, with their meaning", () => {
    const page = read("docs/operation.md")
    for (const { code, meaning } of Object.values(EXIT))
      assert.ok(page.includes(`\n| ${code} | ${meaning} |\n`), `${code}`)
  })

  it("name metrics that exist, and every one of ours", async () => {
    const made = metrics({
      now: () => new Date(0),
      space: () => Promise.resolve({ freeBytes: 0, totalBytes: 0 }),
      pendingSignatures: () => Promise.resolve({ waiting: 0, late: 0, since: null }),
      pendingStamps: () => Promise.resolve({ waiting: 0, late: 0, since: null }),
      auditOutboxRows: () => Promise.resolve(0),
      certificates: () => [],
      collectors: () => [],
      clock: () => ({ check: "none", reading: null, failureCode: null, detail: "" }),
      roads: () => Promise.resolve([]),
      levers: { isolatedSince: null, frozenSince: null },
      storage: () => ({
        stored: 0,
        refused: 0,
        abandoned: 0,
        dataSetBytes: 0,
        open: 0,
        released: 0,
        aborted: 0,
        rejected: 0,
      }),
      files: () => [],
    })
    const exposed = new Set(
      [...(await made.register.metrics()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name),
    )
    const section = read("docs/operation.md").split("## 5")[1]!.split("## 6")[0]!
    const told = [...section.matchAll(/`((?:dokuei|nodejs|process)_\w+)/g)].map(([, name = ""]) => name)
    assert.deepEqual(
      told.filter((name) => !exposed.has(name)),
      [],
    )
    assert.deepEqual(
      [...exposed].filter((name) => name.startsWith("dokuei_") && !told.includes(name)),
      [],
    )
  })

  it("link to files that are there", async () => {
    const pages = (await readdir(DOCS, { recursive: true })).filter((name) => name.endsWith(".md"))
    for (const name of pages) {
      const text = readFileSync(join(DOCS, name), "utf8")
      for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
        assert.ok(existsSync(join(DOCS, name, "..", target)), `${name}: ${target}`)
    }
  })

  it("list what is tolerated on the wire, and refused, as the tests name it", () => {
    const page = read("docs/ihe-wire.md")
    const wire = [rowTable(REQUEST_ROWS), rowTable(ANSWER_ROWS)]
    const samples = [rowTable(SAMPLE_ROWS, "file"), rowTable(OTHER_SAMPLE_ROWS, "file")]
    for (const table of [...wire, ...samples]) assert.ok(page.includes(`\n${table}\n`), table)
  })

  it("number the decisions without gaps", async () => {
    const numbers = (await readdir(join(DOCS, "adr"))).map((name) =>
      Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]),
    )
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      numbers.map((_, index) => index + 1),
    )
  })
})
