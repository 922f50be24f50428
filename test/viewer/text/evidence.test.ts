import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { evidenceEn } from "../../../viewer/text/evidence.en.ts"
import { evidenceJa } from "../../../viewer/text/evidence.ja.ts"

const ROOT = path.resolve(import.meta.dirname, "../../..")
const FOLDERS = ["viewer/verifier", "viewer/words", "gateway/commands/evidence"]
const places = (text: string): string => [...new Set(text.match(/\{\w+/g))].sort().join()

describe("the words of evidence packages", () => {
  it("are the same keys with the same places in both languages", () => {
    assert.deepEqual(Object.keys(evidenceEn).sort(), Object.keys(evidenceJa).sort())
    for (const [key, text] of Object.entries(evidenceJa))
      assert.equal(places(evidenceEn[key as keyof typeof evidenceJa]), places(text), key)
  })

  it("are all used", async () => {
    const texts = await Promise.all(
      FOLDERS.map(async (folder) => {
        const names = (await readdir(path.join(ROOT, folder))).filter((name) => name.endsWith(".ts"))
        return Promise.all(names.map((name) => readFile(path.join(ROOT, folder, name), "utf8")))
      }),
    )
    const code = texts.flat().join("\n")
    const made = /^(outcome|lead|part|test|use)\./
    const unused = Object.keys(evidenceJa).filter((key) => !code.includes(`"${key}"`) && !made.test(key))
    assert.deepEqual(unused, [])
  })
})
