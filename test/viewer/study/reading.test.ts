import assert from "node:assert/strict"
import type { Browser, CDPSession, Page } from "playwright-core"
import type { ReportDraft, ReportVersion, SignedText } from "../../../gateway/journey/views/reading.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { READER } from "../fixtures/desk.ts"
import { DeskServer } from "../shell/desk-server.ts"
import { reading } from "../shell/open-desk.ts"
import { caseOf, REQUEST_ID, TEXT } from "./case-of.ts"
import { dicomwebOf, type DicomwebOptions } from "./dicomweb-of.ts"
import { headFrame, instanceUid, type SyntheticSeries } from "./synthetic.ts"

const SIZE = 192
const head = (uid: string, number: number, count: number, size = SIZE): SyntheticSeries => ({
  SeriesInstanceUID: uid,
  SeriesNumber: number,
  SeriesDescription: "head",
  Modality: "CT",
  rows: size,
  columns: size,
  signed: true,
  bitsStored: 16,
  photometricInterpretation: "MONOCHROME2",
  rescaleSlope: 1,
  rescaleIntercept: -1024,
  window: { center: 40, width: 80 },
  padding: null,
  encoding: "htj2k",
  frames: Array.from({ length: count }, (_, at) => headFrame(size, at)),
})
const SERIES = [head("2.25.21", 2, 30), head("2.25.22", 3, 5)]
/** Large enough that its first resolutions are a part of it. */
const LARGE = head("2.25.23", 4, 1, 512)
const UID = (at: number): string => instanceUid(SERIES[0]!, at)

const shown = (page: Page, name: string): Promise<string | null> =>
  page.locator("image-view").getAttribute(`data-${name}`)
const until = (page: Page, name: string, value: string): Promise<void> =>
  page.locator(`image-view[data-${name}="${value}"]`).waitFor()

interface Point {
  readonly x: number
  readonly y: number
}

describe("the reading screen", function () {
  let browser: Browser | undefined
  let server: DeskServer
  let opened: Opened
  let page: Page
  let cdp: CDPSession
  let asked: { readonly instance: string; readonly range: string | undefined }[]

  before(async function () {
    if (!hasChromium) {
      console.log("skipped: /usr/bin/chromium is not installed")
      return this.skip()
    }
    this.timeout(180_000)
    server = await DeskServer.start(await buildViewer())
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    if (browser !== undefined) await server.stop()
  })
  afterEach(async () => {
    await opened.context.close()
    assert.deepEqual(opened.faults, [])
  })

  /** Opens the case on a fresh page; the first image is whole when it resolves. */
  async function open(
    view = caseOf(SERIES),
    options: DicomwebOptions & { quality?: string } = {},
  ): Promise<void> {
    reading(server)
    asked = []
    server.dicomweb = dicomwebOf([...SERIES, LARGE], options, asked)
    server.answer(`GET /api/cases/${REQUEST_ID}`, view)
    server.answer(`PUT /api/cases/${REQUEST_ID}/draft`, { draftVersion: 4 })
    opened = await openPage(browser!)
    page = opened.page
    cdp = await opened.context.newCDPSession(page)
    await page.goto(`${server.origin}/#/read/${REQUEST_ID}`)
    await until(page, "quality", options.quality ?? "full")
  }

  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: readonly Point[]): Promise<unknown> =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points.map((point, id) => ({ ...point, id })) })

  /** Fingers go from one set of points to another in `steps` moves. */
  async function drag(from: readonly Point[], to: readonly Point[], steps = 8): Promise<void> {
    await touch("touchStart", from)
    for (let step = 1; step <= steps; step++)
      await touch(
        "touchMove",
        from.map(({ x, y }, at) => ({
          x: x + ((to[at]!.x - x) * step) / steps,
          y: y + ((to[at]!.y - y) * step) / steps,
        })),
      )
    await touch("touchEnd", [])
  }
  const drafts = (): { draft: ReportDraft; expectedVersion: number }[] =>
    server.asked.filter(({ method }) => method === "PUT").map(({ body }) => body as never)

  it("keeps the patient, the position and the window in the corners of the image", async () => {
    await open()
    const corners = await page.locator("image-view .corner").allInnerTexts()
    assert.match(
      corners.join("\n"),
      /見本 太郎[\s\S]*00-0012345[\s\S]*画像 1 \/ 30[\s\S]*位置 \+0\.0 mm[\s\S]*W 80\u3000L 40/,
    )
    assert.deepEqual(await page.locator("image-view .orient").allInnerTexts(), ["R", "L", "A", "P"])
    assert.match(
      await page.locator(".study-header .who").innerText(),
      /見本 太郎[\s\S]*ミホン タロウ[\s\S]*00-0012345/,
    )
  })

  it("says what the display is not, and of a registered device until when its check holds", async () => {
    await open()
    const statement = page.locator(".viewport .refuse")
    assert.match(await statement.innerText(), /診断には確認済みモニタを使用/)
    const device = { id: "4f".repeat(16), label: "読影室タブレット 1", qualifiedUntil: "2027-03-31" }
    server.answer("GET /api/session", { ...READER, device })
    await page.reload()
    await page.getByText("読影用に確認した端末です（2027-03-31 まで）").waitFor()
    const ended = { ...device, qualifiedUntil: "2026-11-24" }
    server.answer("GET /api/session", { ...READER, device: ended })
    await page.reload()
    await page.getByText("診断には確認済みモニタを使用").waitFor()
  })

  it("leafs with one finger, keys and wheel, and stops at the ends", async () => {
    await open()
    await drag([{ x: 400, y: 300 }], [{ x: 400, y: 500 }])
    await until(page, "index", "11")
    await page.keyboard.press("PageDown")
    await until(page, "index", "21")
    await page.keyboard.press("End")
    await until(page, "index", "30")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Home")
    await until(page, "index", "1")
    await page.mouse.move(400, 400)
    await page.mouse.wheel(0, 100)
    await until(page, "index", "2")
    assert.match(await page.locator(".c-bl").innerText(), /画像 2 \/ 30/)
  })

  it("zooms and pans with two fingers, and goes back with a double tap", async () => {
    await open()
    const before = Number(await shown(page, "zoom"))
    await drag(
      [
        { x: 380, y: 400 },
        { x: 420, y: 400 },
      ],
      [
        { x: 350, y: 430 },
        { x: 450, y: 430 },
      ],
    )
    const after = Number(await shown(page, "zoom"))
    assert.ok(Math.abs(after / before - 2.5) < 0.05, `${before} → ${after}`)
    assert.equal(await shown(page, "index"), "1")
    for (let tap = 0; tap < 2; tap++) {
      await touch("touchStart", [{ x: 400, y: 400 }])
      await touch("touchEnd", [])
    }
    await until(page, "zoom", before.toFixed(4))
  })

  it("changes the window with the tool, the right button and three fingers, and takes it back by 0", async () => {
    await open()
    await page.getByText("階調", { exact: true }).click()
    await drag([{ x: 400, y: 400 }], [{ x: 440, y: 420 }])
    const width = Number(await shown(page, "window-width"))
    assert.ok(width > 90 && Number(await shown(page, "window-center")) > 45, `${width}`)
    await page.mouse.move(400, 400)
    await page.mouse.down({ button: "right" })
    await page.mouse.move(440, 400, { steps: 4 })
    await page.mouse.up({ button: "right" })
    assert.ok(Number(await shown(page, "window-width")) > width)
    await page.keyboard.press("0")
    await until(page, "window-width", "80")
    const three = [300, 400, 500].map((x) => ({ x, y: 300 }))
    await drag(
      three,
      three.map(({ x, y }) => ({ x: x + 30, y })),
    )
    assert.ok(Number(await shown(page, "window-width")) > 80)
  })

  it("offers presets in a sheet and by number", async () => {
    await open()
    await page.getByText("脳 ▾").click()
    await page.getByRole("radio", { name: /骨/ }).click()
    await until(page, "window-width", "2000")
    assert.match(await page.locator(".c-br").innerText(), /W 2000\u3000L 500\s+骨/)
    await page.keyboard.press("2")
    await until(page, "window-center", "-600")
  })

  it("shows a marked preview first and never makes a key image of it", async () => {
    await open(caseOf([LARGE]), { delayMs: 1500, quality: "preview" })
    assert.equal(await page.locator(".vp-preview").innerText(), "粗表示")
    assert.equal(await page.locator(".tool", { hasText: "キー画像" }).isDisabled(), true)
    await until(page, "quality", "full")
    assert.equal(await page.locator(".vp-preview").count(), 0)
    const first = asked.filter(({ instance }) => instance === instanceUid(LARGE, 0))
    assert.match(first[0]?.range ?? "", /^bytes=0-\d+$/)
    assert.match(first.at(-1)?.range ?? "", /^bytes=\d+-$/)
  })

  it("loads every frame once: previews are continued, not fetched again", async () => {
    await open()
    await page.locator('.thumb[aria-current="true"] .bar2:not(.is-live)').waitFor()
    const whole = asked.filter(
      ({ instance, range }) => instance.startsWith("2.25.21.") && range === undefined,
    )
    const starts = asked.map(({ instance, range }) => `${instance} ${range?.split("-")[0] ?? ""}`)
    assert.equal(new Set(starts).size, starts.length)
    assert.ok(whole.length <= 30)
  })

  it("says which frame cannot be shown, leaves no older picture under its number, and tries again", async () => {
    const broken = new Set([UID(1)])
    await open(caseOf(SERIES), { broken })
    await page.keyboard.press("ArrowDown")
    const tile = page.locator(".vp-fault")
    await tile.waitFor()
    assert.match(await tile.innerText(), /画像 2 を表示できません[\s\S]*原本は保管されています/)
    broken.clear()
    await tile.getByRole("button").click()
    await until(page, "index", "2")
    await until(page, "quality", "full")
  })

  it("goes to another series and shows its own window there", async () => {
    await open()
    await page.keyboard.press("4")
    await page.keyboard.press("]")
    await page.locator(".c-bl", { hasText: "Se 3" }).waitFor()
    await until(page, "window-width", "80")
    assert.match(await page.locator(".c-bl").innerText(), /画像 1 \/ 5/)
  })

  it("keeps a key image with its window, marks it on the scrubber, and shows it again", async () => {
    await open()
    await page.keyboard.press("4")
    await page.keyboard.press("k")
    await page.locator(".key").waitFor()
    await page.locator(".vp-scrub .mark").waitFor({ state: "attached" })
    await page.keyboard.press("End")
    await until(page, "index", "30")
    await page.locator(".key-show").click()
    await until(page, "index", "1")
    await page.keyboard.press("Control+s")
    await page.locator('[data-draft="saved"]').waitFor()
    assert.deepEqual(drafts()[0]?.draft.keyImages, [
      { SOPInstanceUID: UID(0), frame: 1, windowCenter: 500, windowWidth: 2000 },
    ])
  })

  it("leaves shortcuts alone while an input method composes, and takes its text when it is done", async () => {
    await open()
    await page.locator(".b-findings textarea").focus()
    await cdp.send("Input.imeSetComposition", { text: "しょけん5", selectionStart: 5, selectionEnd: 5 })
    await cdp.send("Input.dispatchKeyEvent", {
      type: "rawKeyDown",
      key: "Process",
      windowsVirtualKeyCode: 229,
    })
    await page.waitForTimeout(100)
    assert.equal(await page.locator("[data-draft]").getAttribute("data-draft"), "saved")
    assert.equal(await shown(page, "window-width"), "80")
    await cdp.send("Input.insertText", { text: "所見5" })
    await page.locator('[data-draft="dirty"]').waitFor()
    await page.locator(".b-impression textarea").focus()
    await page.locator('[data-draft="saved"]').waitFor()
    assert.deepEqual(
      drafts().map(({ draft, expectedVersion }) => [draft.findings, expectedVersion]),
      [["所見5", 3]],
    )
    assert.equal(await shown(page, "window-width"), "80")
  })

  it("in conflict shows both ways out and keeps the text of this screen when asked", async () => {
    await open()
    server.refuse(`PUT /api/cases/${REQUEST_ID}/draft`, 409, "ERR_REPORT_STATE")
    await page.locator(".b-findings textarea").fill("わたしの所見")
    await page.locator(".b-impression textarea").focus()
    await page.locator(".rp-conflict").waitFor()
    const theirs = { ...TEXT, keyImages: [], correctionReason: "", draftVersion: 9 }
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf(SERIES, { draft: theirs }))
    server.answer(`PUT /api/cases/${REQUEST_ID}/draft`, { draftVersion: 10 })
    await page.getByText("この画面の内容").click()
    await page.locator('[data-draft="saved"]').waitFor()
    assert.deepEqual(drafts().at(-1)?.expectedVersion, 9)
    assert.equal(await page.locator(".b-findings textarea").inputValue(), "わたしの所見")
  })

  it("goes to signing only when every required check is done", async () => {
    await open(caseOf(SERIES, { draft: { ...TEXT, keyImages: [], correctionReason: "", draftVersion: 3 } }))
    const sign = page.getByRole("button", { name: "署名へ進む" })
    assert.equal(await sign.isDisabled(), true)
    await page.getByText("確認した", { exact: true }).click()
    await sign.click()
    await page.waitForURL(/#\/sign\/0117$/)
  })

  it("offers an addendum and a correction of what is signed, and reads anew what somebody replaced meanwhile", async () => {
    const signed = (reportId: string, number?: number): SignedText => ({
      reportId,
      version: 1,
      status: number === undefined ? "final" : "appended",
      signedAt: "2026-11-25T05:12:05Z",
      readerName: "見本 灯",
      ...(number === undefined ? {} : { addendum: number, to: 1 }),
      text: {
        ...TEXT,
        keyImages: [],
        correctionReason: "",
        ...(number === undefined ? {} : { addendum: "追記です。" }),
      },
    })
    const standing = [signed("rep-1"), signed("rep-2", 1)]
    const versions: readonly ReportVersion[] = standing
    const draft = { ...TEXT, keyImages: [], correctionReason: "", draftVersion: 3 }
    await open(caseOf(SERIES, { state: "completed", draft, standing, versions }))
    await page.locator(".signed-doc", { hasText: "追記です。" }).waitFor()
    server.refuse(`POST /api/cases/${REQUEST_ID}/amend`, 409, "ERR_REPORT_STATE")
    await page.locator(".amend-open").click()
    await page.locator(".amend").getByText("報告書に誤りはなく").waitFor()
    await page.locator(".amend select").selectOption({ label: "追記 1" })
    await page.locator(".amend .reason").fill("日付の誤記")
    await page.getByRole("button", { name: "訂正を始める" }).click()
    await page.locator(".amend").waitFor({ state: "detached" })
    await page.locator(".amend-open").click()
    await page.getByRole("button", { name: "追記を書く" }).click()
    await page.locator(".amend").waitFor({ state: "detached" })
    assert.deepEqual(
      server.asked.filter(({ path }) => path.endsWith("/amend")).map(({ body }) => body),
      [
        { what: "correction", reportId: "rep-2", reason: "日付の誤記" },
        { what: "addendum", reportId: "rep-1", reason: "" },
      ],
    )
    await page.locator(".signed-doc", { hasText: "追記です。" }).waitFor()
  })

  it("lets another reader's case be looked at and not written", async () => {
    await open(caseOf(SERIES, { reader: { id: "r2", name: "例示 誠 医師", mine: false } }))
    assert.match(await page.locator(".banner").innerText(), /例示 誠 医師 さんが読影中/)
    assert.equal(await page.locator(".b-findings textarea").getAttribute("readonly"), "")
    assert.equal(await page.locator(".submit-bar").count(), 0)
    assert.equal(
      server.asked.some(({ method }) => method === "POST" || method === "PUT"),
      false,
    )
  })

  it("names what the hospital laid beside the study, each unsigned and one touch away", async () => {
    const papers = [
      { title: "紹介状（神経内科）", mediaType: "application/pdf", verdict: "unsigned" },
      { title: "", mediaType: "text/plain; charset=utf-8", verdict: "unsigned" },
    ] as const
    await open(caseOf(SERIES, { papers }))
    const links = page.locator(".rp-papers a")
    assert.deepEqual(
      (await links.allInnerTexts()).map((each) => each.replace(/\s+/g, " ").trim()),
      ["紹介状（神経内科） 署名なし", "文書 2 署名なし"],
    )
    assert.equal(await links.nth(1).getAttribute("href"), `/api/cases/${REQUEST_ID}/papers/1`)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/papers.png` })
  })

  it("reserves a case that nobody reads yet", async () => {
    reading(server)
    server.answer(`POST /api/cases/${REQUEST_ID}/start`, caseOf(SERIES))
    server.dicomweb = dicomwebOf(SERIES)
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf(SERIES, { state: "ready", reader: null }))
    opened = await openPage(browser!)
    page = opened.page
    await page.goto(`${server.origin}/#/read/${REQUEST_ID}`)
    await until(page, "quality", "full")
    assert.equal(server.asked.filter(({ path }) => path.endsWith("/start")).length, 1)
  })

  it("says what to do when the case cannot be opened", async () => {
    reading(server)
    server.refuse(`GET /api/cases/${REQUEST_ID}`, 404, "ERR_NOT_FOUND")
    opened = await openPage(browser!)
    page = opened.page
    await page.goto(`${server.origin}/#/read/${REQUEST_ID}`)
    await page.getByRole("alert").waitFor()
    assert.match(await page.getByRole("alert").innerText(), /見つからない/)
  })

  it("draws anew after a while in the background, with the image and the window as they were", async () => {
    await open()
    await page.keyboard.press("4")
    await page.keyboard.press("ArrowDown")
    await until(page, "index", "2")
    const see = (state: string): Promise<unknown> =>
      page.evaluate(
        `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
      )
    const brightest = (): Promise<number> =>
      page.evaluate<number>(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => { const canvas = document.querySelector(".vp-canvas canvas"); done(canvas === null ? 0 : canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((_, at) => at % 4 === 0).reduce((most, grey) => Math.max(most, grey), 0)) })))',
      )
    const before = await brightest()
    assert.ok(before > 100)
    await page.evaluate("window.realNow = performance.now.bind(performance)")
    await see("hidden")
    await page.evaluate("performance.now = () => window.realNow() + 120000")
    await see("visible")
    await page.waitForFunction("document.querySelector('.vp-canvas canvas') !== null")
    await page.waitForTimeout(500)
    assert.equal(await brightest(), before)
    assert.deepEqual([await shown(page, "index"), await shown(page, "window-width")], ["2", "2000"])
    await page.keyboard.press("ArrowDown")
    await until(page, "index", "3")
  })

  it("leaves nothing of the patient in the browser's stores", async () => {
    await open()
    const left = await page.evaluate<string>(
      "(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys().then((names) => Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url))))]))()",
    )
    assert.doesNotMatch(left, /0012345|見本|2\.25\.|dicomweb|\/api\//)
  })
})
