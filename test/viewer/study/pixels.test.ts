import assert from "node:assert/strict"
import type { Browser } from "playwright-core"
import { imageFacts } from "../../../viewer/image/image-facts.ts"
import { presentGrey } from "../../../viewer/image/presentation.ts"
import { CT_PRESETS } from "../../../viewer/image/window-presets.ts"
import { voiWindow, type VoiWindow } from "../../../viewer/image/voi.ts"
import type { DicomJson } from "../../../viewer/image/dicom-json.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { DeskServer } from "../shell/desk-server.ts"
import { reading } from "../shell/open-desk.ts"
import { caseOf, REQUEST_ID } from "./case-of.ts"
import { dicomwebOf } from "./dicomweb-of.ts"
import { metadataOf, rampFrame, type SyntheticSeries } from "./synthetic.ts"

const series = (
  over: Partial<SyntheticSeries> & Pick<SyntheticSeries, "SeriesInstanceUID">,
): SyntheticSeries => ({
  SeriesNumber: 1,
  SeriesDescription: "ramp",
  Modality: "CT",
  rows: 128,
  columns: 96,
  signed: true,
  bitsStored: 12,
  photometricInterpretation: "MONOCHROME2",
  rescaleSlope: 1,
  rescaleIntercept: 0,
  window: { center: 40, width: 400 },
  padding: null,
  encoding: "native",
  frames: [rampFrame(128, 96, 12, true, 1)],
  ...over,
})

const CASES: Record<string, SyntheticSeries> = {
  "signed 12 bit, native": series({ SeriesInstanceUID: "2.25.1" }),
  "signed 16 bit with padding, HTJ2K": series({
    SeriesInstanceUID: "2.25.2",
    bitsStored: 16,
    encoding: "htj2k",
    padding: -2000,
    frames: [rampFrame(128, 96, 16, true, 2).map((value, at) => (at % 5 === 0 ? -2000 : value >> 4))],
  }),
  "unsigned 12 bit with intercept, HTJ2K": series({
    SeriesInstanceUID: "2.25.3",
    signed: false,
    rescaleIntercept: -1024,
    encoding: "htj2k",
    rows: 97,
    columns: 131,
    frames: [rampFrame(97, 131, 12, false, 3)],
  }),
  "unsigned MONOCHROME1 with padding, native": series({
    SeriesInstanceUID: "2.25.4",
    signed: false,
    photometricInterpretation: "MONOCHROME1",
    padding: 0,
    rescaleIntercept: -1024,
    frames: [rampFrame(128, 96, 12, false, 4)],
  }),
  "unsigned 16 bit, fractional slope, HTJ2K": series({
    SeriesInstanceUID: "2.25.5",
    signed: false,
    bitsStored: 16,
    rescaleSlope: 0.05,
    rescaleIntercept: -1000.5,
    encoding: "htj2k",
    frames: [rampFrame(128, 96, 16, false, 5)],
  }),
}
/** Brain, bone and lung by number key, then the device's own. */
const KEYS = ["5", "4", "2", "0"]

/** The drawing's grey pixels as a string of char codes: a list of half a million numbers takes seconds to hand over. */
const READ = `(() => {
  const canvas = document.querySelector("image-view .vp-canvas canvas")
  const { width, height } = canvas
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height)
  let grey = ""
  for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at])
  return { width, height, grey }
})()`

describe("what the canvas shows", function () {
  let browser: Browser | undefined
  let server: DeskServer
  let opened: Opened

  before(async function () {
    if (!hasChromium) {
      console.log("skipped: /usr/bin/chromium is not installed")
      return this.skip()
    }
    this.timeout(180_000)
    server = await DeskServer.start(await buildViewer())
    browser = await launchChromium()
    opened = await openPage(browser)
    reading(server)
  })
  after(async () => {
    await browser?.close()
    if (browser !== undefined) await server.stop()
  })

  for (const [name, one] of Object.entries(CASES))
    it(`equals the reference at one to one, off by the GPU's rounding at most: ${name}`, async () => {
      const { page } = opened
      server.dicomweb = dicomwebOf([one])
      server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([one]))
      await page.goto("about:blank")
      await page.goto(`${server.origin}/#/read/${REQUEST_ID}`)
      await page.locator('image-view[data-quality="full"]').waitFor()
      assert.equal(await page.locator("image-view").getAttribute("data-engine"), "cornerstone3d")
      await page.keyboard.press("f")
      await page.locator('image-view[data-zoom="1.0000"]').waitFor()
      for (const inverted of [false, true]) {
        for (const key of KEYS) {
          await page.keyboard.press(key)
          const preset = CT_PRESETS.find((candidate) => candidate.key === key)
          const own = one.window === null ? voiWindow(0, 1) : voiWindow(one.window.center, one.window.width)
          await compare(
            one,
            preset?.window ?? own,
            inverted,
            `${name} key ${key}${inverted ? " inverted" : ""}`,
          )
        }
        await page.keyboard.press("i")
      }
      assert.deepEqual(opened.faults, [])
    })

  async function compare(
    one: SyntheticSeries,
    voi: VoiWindow,
    inverted: boolean,
    name: string,
  ): Promise<void> {
    const { page } = opened
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    const { width, height, grey } = await page.evaluate<{ width: number; height: number; grey: string }>(READ)
    const facts = imageFacts(metadataOf(one, 0) as DicomJson, 1)
    const expected = presentGrey(facts, { voi, inverted }, one.frames[0]!)
    const left = Math.round((width - one.columns) / 2)
    const top = Math.round((height - one.rows) / 2)
    const counts = [0, 0, 0]
    let worst = 0
    for (let y = 0; y < one.rows; y++)
      for (let x = 0; x < one.columns; x++) {
        const off = Math.abs(grey.charCodeAt((top + y) * width + left + x) - expected[y * one.columns + x]!)
        worst = Math.max(worst, off)
        counts[Math.min(2, off)]! += 1
      }
    assert.ok(worst <= 1, `${name}: a pixel is off by ${worst}; counts ${counts.join(" ")}`)
  }
})
