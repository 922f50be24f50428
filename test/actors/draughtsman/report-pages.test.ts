/** The report in pixels, judged by Poppler's picture of the PDF itself. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { openDraughtsman } from "../../../gateway/actors/draughtsman/draughtsman.ts"
import { DEBIAN_STYLE } from "../../../gateway/actors/draughtsman/jobs.ts"
import { writePng } from "../../../gateway/actors/draughtsman/png.ts"
import type { GreyPage, ReportContent } from "../../../gateway/journey/ports/drawing.ts"
import { CORRECTED, REPORT } from "../../standards/cda/sample-report.ts"

const run = promisify(execFile)
/** A ramp, so that a picture that is turned, cropped or stretched is told. */
const png = writePng({
  width: 120,
  height: 90,
  channels: 1,
  samples: Uint8Array.from({ length: 120 * 90 }, (_, at) => (at % 120) + Math.floor(at / 120)),
})
const content = (report: typeof REPORT, bend: Partial<ReportContent> = {}): ReportContent => ({
  ...report,
  patient: { ...report.patient, nameMarked: false },
  study: { ...report.study, instances: 2, instancesExpected: null, bytes: 1 },
  keyImages: report.keyImages.map(({ caption }) => ({ png, caption })),
  ...bend,
})

/** Binary PGM as pdftoppm writes it. */
function readPgm(bytes: Buffer): GreyPage {
  const [, columns, rows] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString("latin1"))!
  const pixels = bytes.subarray(bytes.length - Number(rows) * Number(columns))
  return { rows: Number(rows), columns: Number(columns), pixels }
}

describe("the report in pixels", function () {
  this.timeout(30_000)
  const draughtsman = openDraughtsman()
  let folder = ""
  before(async function () {
    if (!existsSync(DEBIAN_STYLE.fontFile)) {
      console.log("skipped: the Debian package fonts-noto-cjk is not installed")
      this.skip()
    }
    folder = await mkdtemp(join(tmpdir(), "dokuei-pages-"))
  })
  after(async () => {
    await draughtsman.close()
    if (folder !== "") await rm(folder, { recursive: true })
  })

  async function byPoppler(report: ReportContent, name: string): Promise<GreyPage[]> {
    const file = join(folder, `${name}.pdf`)
    await writeFile(file, await draughtsman.renderReport(report))
    await run("pdftoppm", ["-r", "150", "-gray", file, join(folder, name)])
    const pictures = (await readdir(folder)).filter((each) => each.startsWith(`${name}-`)).sort()
    return Promise.all(pictures.map(async (each) => readPgm(await readFile(join(folder, each)))))
  }

  /**
   * Differences of 8 × 8 blocks. Poppler sets glyphs on whole pixels and we do not: that much is left. A blank page
   * would differ by about 16 in the mean, a missing word by more than 60 in one place.
   */
  function difference(one: GreyPage, other: GreyPage): { mean: number; worst: number } {
    const block = (page: GreyPage, top: number, left: number) => {
      let sum = 0
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) sum += page.pixels[(top + y) * page.columns + left + x]!
      return sum / 64
    }
    let [sum, count, worst] = [0, 0, 0]
    for (let top = 0; top + 8 <= one.rows; top += 8)
      for (let left = 0; left + 8 <= one.columns; left += 8) {
        const by = Math.abs(block(one, top, left) - block(other, top, left))
        sum += by
        count++
        worst = Math.max(worst, by)
      }
    return { mean: sum / count, worst }
  }

  const long = Array.from({ length: 80 }, (_, line) => `${line + 1}. ${REPORT.findings}`).join("\n")
  const cases: readonly (readonly [string, ReportContent, number])[] = [
    ["final", content(REPORT), 1],
    ["corrected", content(CORRECTED), 1],
    ["long", content(REPORT, { findings: long }), 2],
  ]
  for (const [name, report, atLeast] of cases)
    it(`is the page that the PDF shows: ${name}`, async () => {
      const [pages, wanted] = [await draughtsman.renderPages(report), await byPoppler(report, name)]
      assert.ok(pages.length >= atLeast)
      assert.equal(pages.length, wanted.length)
      for (const [index, page] of pages.entries()) {
        assert.deepEqual([page.columns, page.rows], [1241, 1754])
        const { mean, worst } = difference(page, wanted[index]!)
        assert.ok(mean < 2, `page ${index + 1} differs by ${mean} in the mean`)
        assert.ok(worst < 60, `page ${index + 1} differs by ${worst} in one place`)
      }
    })

  it("is not a blank page", async () => {
    const [page] = await draughtsman.renderPages(content(REPORT))
    const dark = page!.pixels.filter((each) => each < 128).length
    assert.ok(dark > 20_000 && dark < 400_000, `${dark} dark pixels`)
  })

  it("is refused, naming the character, when the font lacks one", async () => {
    await assert.rejects(draughtsman.renderPages(content(REPORT, { impression: "\u{10FFFD}" })), {
      code: "ERR_REPORT_GLYPH",
    })
  })

  it("is refused when a key image is no picture", async () => {
    const keyImages = [{ png: new Uint8Array(100), caption: "" }]
    await assert.rejects(draughtsman.renderPages(content(REPORT, { keyImages })), { code: "ERR_FRAME_FAULT" })
  })
})
