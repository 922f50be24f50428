import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { en } from "../../../viewer/text/en.ts"
import { ja } from "../../../viewer/text/ja.ts"
import { fill, maybe, speak, t } from "../../../viewer/text/language.ts"

const VIEWER = path.resolve(import.meta.dirname, "../../../viewer")
const PLACES = /\{(\w+)(?:\|[^}]*)?\}/g
const KANJI_OR_KANA = /[\u3040-\u30ff\u3400-\u9fff]/u

/** Every source of the viewer but the message files. */
async function sources(): Promise<{ name: string; text: string }[]> {
  const entries = await readdir(VIEWER, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.relative(VIEWER, path.join(entry.parentPath, entry.name)))
    .filter((name) => !/^(dist|text)\//.test(name))
  return Promise.all(
    files.map(async (name) => ({ name, text: await readFile(path.join(VIEWER, name), "utf8") })),
  )
}

const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "")

const places = (message: string): string[] =>
  [...new Set([...message.matchAll(PLACES)].map((place) => place[1] ?? ""))].sort()

describe("the messages", () => {
  it("have the same keys in both languages", () => {
    assert.deepEqual(Object.keys(en).sort(), Object.keys(ja).sort())
  })
  it("are never empty", () => {
    for (const [key, message] of [...Object.entries(ja), ...Object.entries(en)])
      assert.notEqual(message, "", key)
  })
  it("ask for no value in English that Japanese does not have", () => {
    const dropped = new Set(["holder.hpki"])
    for (const [key, message] of Object.entries(ja))
      if (!dropped.has(key)) assert.deepEqual(places(en[key as keyof typeof en]), places(message), key)
  })
  it("are all used", async () => {
    const all = (await sources()).map(({ text }) => text).join("\n")
    const madeAtRunTime = [...all.matchAll(/`([a-z-]+(?:\.[a-z-]+)*\.)\$\{[^}]*\}(\.[a-z-]+)?`/g)]
    const prefixes = [...all.matchAll(/`([a-z-]+\.)\$\{/g)].map((found) => found[1] ?? "")
    assert.ok(madeAtRunTime.length > 0)
    const unused = Object.keys(ja).filter(
      (key) => !all.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    )
    assert.deepEqual(unused, [])
  })
  it("hold all the Japanese there is: no component has any of its own", async () => {
    const found = (await sources())
      .filter(({ text }) => KANJI_OR_KANA.test(withoutComments(text)))
      .map(({ name }) => name)
    // The checks before signing look for words in the text of the report; that is data, not speech.
    assert.deepEqual(
      found.filter((name) => name !== "screens/study/sign-checks.ts"),
      [],
    )
  })
})

describe("fill", () => {
  it("puts in values and chooses the word that fits the count", () => {
    assert.equal(fill("{n} {n|image|images}", { n: 1 }), "1 image")
    assert.equal(fill("{n} {n|image|images}", { n: 0 }), "0 images")
  })
  it("shows a missing value instead of hiding it", () => {
    assert.equal(fill("{time} 更新", {}), "{time} 更新")
  })
})

describe("t", () => {
  afterEach(() => speak("ja"))

  it("speaks the language chosen last", () => {
    assert.equal(t("nav.worklist"), "読影リスト")
    speak("en")
    assert.equal(t("nav.worklist"), "Work list")
  })
  it("has no words for keys nobody wrote, not even those every object has", () => {
    assert.equal(maybe("code.NO_SUCH"), null)
    assert.equal(maybe("constructor"), null)
  })
})
