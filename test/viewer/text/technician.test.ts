import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { technicianEn } from "../../../viewer/text/technician.en.ts"
import { technicianJa } from "../../../viewer/text/technician.ja.ts"

const FOLDER = path.resolve(import.meta.dirname, "../../../viewer/screens/technician")
const places = (text: string): string => [...new Set(text.match(/\{\w+/g))].sort().join()

describe("the words of the technician's page", () => {
  it("are the same keys with the same places in both languages", () => {
    assert.deepEqual(Object.keys(technicianEn).sort(), Object.keys(technicianJa).sort())
    for (const [key, text] of Object.entries(technicianJa))
      assert.equal(places(technicianEn[key as keyof typeof technicianJa]), places(text), key)
  })

  it("are all used", async () => {
    const names = await readdir(FOLDER)
    const code = (await Promise.all(names.map((name) => readFile(path.join(FOLDER, name), "utf8")))).join(
      "\n",
    )
    const made = /^((ago|span|why|disk|certificates)\.|lines\.ERR_)/
    const unused = Object.keys(technicianJa).filter((key) => !code.includes(`"${key}"`) && !made.test(key))
    assert.deepEqual(unused, [])
  })
})
