import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { studyEn } from "../../../viewer/text/study.en.ts"
import { studyJa } from "../../../viewer/text/study.ja.ts"

const FOLDERS = ["screens/study", "image"].map((name) =>
  path.resolve(import.meta.dirname, "../../../viewer", name),
)

async function sources(): Promise<string> {
  const texts = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"))
      return Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")))
    }),
  )
  return texts.flat().join("\n")
}

describe("the words of reading and signing", () => {
  it("are the same keys with the same places in both languages", () => {
    const places = (text: string): string => [...new Set(text.match(/\{\w+/g))].sort().join()
    assert.deepEqual(Object.keys(studyEn).sort(), Object.keys(studyJa).sort())
    for (const [key, text] of Object.entries(studyJa))
      assert.equal(places(studyEn[key as keyof typeof studyJa]), places(text), key)
  })

  it("are all used", async () => {
    const code = await sources()
    const made = [
      /^frame\.fault\./,
      /^tool\.(scroll|window|zoom|pan)$/,
      /^draft\./,
      /^awaits\.(service|login|pin|card|consent|images|certificate)$/,
      /^step\.[\w-]+$/,
      /^side\./,
    ]
    const unused = Object.keys(studyJa).filter(
      (key) => !code.includes(`"${key}"`) && !made.some((pattern) => pattern.test(key)),
    )
    assert.deepEqual(unused, [])
  })

  it("are nowhere else: no Japanese stands in the code of the screens", async () => {
    const lines = (await sources()).split("\n").filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    // Words looked for in a report are data of the checks, written as regular expressions.
    const found = lines.filter(
      (line) => /[ぁ-んァ-ン一-龥]/.test(line) && !/\/.*[ぁ-んァ-ン一-龥].*\/[gi]*/.test(line),
    )
    assert.deepEqual(found, [])
  })
})
