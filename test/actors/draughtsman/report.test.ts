import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { openDraughtsman } from "../../../gateway/actors/draughtsman/draughtsman.ts"
import { DEBIAN_STYLE } from "../../../gateway/actors/draughtsman/jobs.ts"
import { writePng } from "../../../gateway/actors/draughtsman/png.ts"
import { ageAt } from "../../../gateway/actors/draughtsman/report-words.ts"
import type { ReportContent } from "../../../gateway/journey/ports/drawing.ts"
import { CORRECTED, REPORT } from "../../standards/cda/sample-report.ts"

const run = promisify(execFile)
const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

const png = writePng({ width: 120, height: 90, channels: 1, samples: new Uint8Array(120 * 90).fill(80) })
const content = (report: typeof REPORT): ReportContent => ({
  ...report,
  patient: { ...report.patient, nameMarked: false },
  study: { ...report.study, instances: 2, instancesExpected: null, bytes: 1 },
  keyImages: report.keyImages.map(({ caption }) => ({ png, caption })),
})
const FINAL = content(REPORT)

describe("printed report", function () {
  const draughtsman = openDraughtsman()
  let folder = ""
  before(async function () {
    if (!existsSync(DEBIAN_STYLE.fontFile)) {
      console.log("skipped: the Debian package fonts-noto-cjk is not installed")
      this.skip()
    }
    folder = await mkdtemp(join(tmpdir(), "dokuei-report-"))
  })
  after(async () => {
    await draughtsman.close()
    if (folder !== "") await rm(folder, { recursive: true })
  })

  async function printed(report: ReportContent): Promise<string> {
    const file = join(folder, `${report.status}-${report.versionNumber}.pdf`)
    await writeFile(file, await draughtsman.renderReport(report))
    return file
  }
  const textOf = async (file: string) => (await run("pdftotext", ["-layout", file, "-"])).stdout

  it("is byte-identical for equal content", async () => {
    const [one, two] = await Promise.all(
      [FINAL, structuredClone(FINAL)].map((r) => draughtsman.renderReport(r)),
    )
    assert.ok(Buffer.from(one!).equals(two!))
  })

  it("is sound PDF/A-2b with embedded fonts", async () => {
    const file = await printed(FINAL)
    await run("qpdf", ["--check", file])
    const fonts = (await run("pdffonts", [file])).stdout.split("\n").slice(2, -1)
    assert.equal(fonts.length, 2)
    for (const font of fonts) assert.match(font, /NotoSansCJKjp-\w+ +CID Type 0C +Identity-H +yes yes yes/)
    const bytes = Buffer.from(await draughtsman.renderReport(FINAL)).toString("latin1")
    assert.match(bytes, /<pdfaid:part>2<\/pdfaid:part>\s*<pdfaid:conformance>B</)
  })

  it("says everything of the report, in text that can be searched", async () => {
    const text = await textOf(await printed(FINAL))
    for (const wanted of [
      /見本 太郎/,
      /ミホン タロウ/,
      /ID 00-0012345/,
      /1945-03-08 生\s+81歳・男/,
      /依頼 R-20261125-0091\s+受付 X-20261125-017/,
      /みほん市民病院\s+想定 一夫 医師/,
      /CT 頭部 単純\s+2026-11-25 13:11/,
      /第14病日/,
      /径 12㎜ < 15㎜ & 38℃/,
      /2\. 慢性虚血性白質変化/,
      /前回 Se 2 画像 18/,
      /読影医\s+見本 灯\s+想定遠隔読影センター\s+2026-11-25 14:12 JST/,
      /第1版（確定）\s+1 \/ 1 ページ/,
      /報告書 2\.25\.1042/,
    ])
      assert.match(text, wanted)
  })

  it("puts the reason on top of a correction", async () => {
    const text = await textOf(await printed(content(CORRECTED)))
    assert.match(text, /訂正版[^]*訂正の理由：左右の誤記を訂正しました。[^]*検査目的/)
    assert.match(text, /第2版（訂正）/)
  })

  it("says that a preliminary report is one", async () => {
    const text = await textOf(await printed({ ...FINAL, status: "preliminary" }))
    assert.match(text, /画像診断報告書（仮報告）[^]*まだ誰も署名していません/)
    assert.match(text, /電子署名はありません/)
    const replacing = { versionNumber: 2, replacesPreliminary: "2.25.11" }
    assert.match(await textOf(await printed({ ...FINAL, ...replacing })), /先に送った仮報告に代わるものです/)
  })

  it("goes on over pages with the patient at the head and the number at the foot of each", async () => {
    const findings = Array.from({ length: 90 }, (_, index) => `${index + 1}行目の所見。`).join("\n")
    const text = await textOf(await printed({ ...FINAL, findings }))
    const pages = text.split("\f").slice(0, -1)
    assert.ok(pages.length >= 3)
    pages.forEach((page, index) => {
      assert.match(page, /見本 太郎/)
      assert.match(page, new RegExp(`${index + 1} / ${pages.length} ページ`))
    })
    for (let line = 1; line <= 90; line += 1) assert.ok(text.includes(`${line}行目の所見。`))
  })

  it("prints the characters names are made of", async () => {
    const names = "髙﨑邉𠮷𠮟鷗①㎜℃Ⅱαβ±≦→〓神"
    const text = await textOf(await printed({ ...FINAL, impression: names }))
    // A compatibility ideograph is one glyph with its unified form; the search text may name either.
    assert.ok(text.includes(names.slice(0, -1)), text)
  })

  it("wraps what is too long for its place, and loses nothing of it", async () => {
    const StudyDescription = "頭部頸部胸部腹部骨盤単純造影三相ダイナミック".repeat(3).slice(0, 64)
    const ideographic = "見本寿限無寿限無五劫擦切 海砂利水魚水行末雲来末風来末"
    const patient = { ...FINAL.patient, ideographic }
    const text = await textOf(
      await printed({ ...FINAL, patient, study: { ...FINAL.study, StudyDescription } }),
    )
    const letters = new Set(text)
    for (const letter of ideographic + StudyDescription) assert.ok(letters.has(letter), letter)
    assert.match(text, /ミホン タロウ/)
  })

  it("refuses a character it cannot print, and names it", async () => {
    const findings = "所見 \u{1F600} なし"
    await assert.rejects(draughtsman.renderReport({ ...FINAL, findings }), (error: Error) => {
      assert.ok(code("ERR_REPORT_GLYPH")(error))
      assert.match(error.message, /U\+1F600/)
      return true
    })
    const physician = "想定 \u{10FFFD}"
    await assert.rejects(draughtsman.renderReport({ ...FINAL, physician }), code("ERR_REPORT_GLYPH"))
  })
})

describe("words of the printed report", () => {
  it("counts full years on the day of the study", () => {
    assert.equal(ageAt("1945-03-08", "2026-03-07"), 80)
    assert.equal(ageAt("1945-03-08", "2026-03-08"), 81)
    assert.equal(ageAt(null, "2026-03-08"), null)
    assert.equal(ageAt("1945-03-08", null), null)
  })
})
