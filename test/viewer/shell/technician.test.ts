import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { adviceFor } from "../../../gateway/journey/technician/advice.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { SERVER_TIME } from "../fixtures/desk.ts"
import { badNight, quietNight } from "../fixtures/technician.ts"
import { DeskServer } from "./desk-server.ts"
import { staff, visit } from "./open-desk.ts"
import { buttonFaults, cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const VIEW = "GET /api/technician"
const READ = ".panel, .panel h2, .panel p, .panel td, .panel dd, .badge, .btn, .way li"

describe("the technician's page", function () {
  let browser: Browser
  let server: DeskServer
  let opened: Opened

  before(async function () {
    this.timeout(BUILD_MS)
    if (!hasChromium) {
      console.log("      skipped: chromium is not installed (apt install chromium)")
      this.skip()
    }
    server = await DeskServer.start(await buildViewer())
    browser = await launchChromium()
  })
  after(async () => {
    // Undefined when the hook above skipped.
    await (browser as Browser | undefined)?.close()
    await (server as DeskServer | undefined)?.stop()
  })
  beforeEach(() => {
    staff(server)
    server.answer(VIEW, quietNight)
  })
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (options: Parameters<typeof openPage>[1] = {}, landmark = ".flow"): Promise<Page> => {
    opened = await openPage(browser, { width: 1366, height: 960, ...options })
    await visit(opened.page, server, "#/technician", landmark)
    return opened.page
  }

  it("tells of the road home beside the line: since when, when something was heard, or that it is down", async () => {
    const page = await open()
    const line = page.locator(".card", { hasText: "報告書用の接続" })
    assert.match(await line.innerText(), /報告書用の接続\s+00:48 から接続中\s+最後の合図 12秒前/)
    server.answer(VIEW, badNight)
    await page.reload()
    await page.waitForSelector(".flow")
    assert.match(await line.innerText(), /報告書用の接続\s+切断 36分/)
  })

  it("calls nothing well of which nobody knows: a line long unused, records beside a clock that is off", async () => {
    const partners = quietNight.partners.map((each) => ({
      ...each,
      lastSuccessAt: new Date(Date.parse(SERVER_TIME) - 25 * 60_000).toISOString(),
      roadHome: null,
    }))
    const clock = { ...quietNight.clock, reading: null, failureCode: "ERR_CLOCK_UNKNOWN" }
    server.answer(VIEW, { ...quietNight, partners, clock })
    const page = await open()
    const corner = (title: string): Promise<string> =>
      page.locator(".card", { hasText: title }).locator("h2 .badge").innerText()
    assert.equal(await corner("接続を試す"), "25分前に応答")
    assert.equal(await corner("証明書と記録"), "確認")
    server.answer(VIEW, quietNight)
    await page.reload()
    await page.waitForSelector(".flow")
    assert.equal(await corner("接続を試す"), "正常")
    assert.equal(await corner("証明書と記録"), "正常")
  })

  it("says on a quiet night that there is nothing to do", async () => {
    const page = await open()
    assert.match(await page.locator(".flow h1").innerText(), /すべて流れています/)
    assert.equal(await page.locator("[data-light]").count(), 0)
    assert.equal(await page.locator(".tech-study").count(), 5)
    assert.deepEqual(await page.locator(".flow .way b").allInnerTexts(), [
      "装置",
      "受信・封印",
      "荷造り・署名",
      "送信",
      "センター到着",
      "報告をPACSへ",
    ])
  })

  it("says on a bad one what is, what is safe, and what to do, the worst first", async () => {
    server.answer(VIEW, badNight)
    const page = await open()
    const lights = page.locator("[data-light]")
    assert.equal(await lights.count(), 4)
    assert.match(await lights.nth(0).innerText(), /すでに届いた画像は失われません/)
    assert.match(await lights.nth(1).innerText(), /架空読影センターへの送信が止まっています/)
    assert.match(
      await lights.nth(1).innerText(),
      /13:31 から（37分）[\s\S]*当直 03-0000-0000[\s\S]*緊急の 1件/,
    )
    assert.equal(await page.locator(".flow li[data-s=fail]").count(), 2)
    assert.equal(await page.locator(".tech .btn-primary").count(), 1)
  })

  it("prints the very line that lets a device in, and says what to set at the device itself", async () => {
    server.answer(VIEW, badNight)
    const page = await open()
    assert.equal(
      await page.locator("[data-why=unknown-ae] code").innerText(),
      '- { aeTitle: "CT9", addresses: ["192.0.2.99"] }',
    )
    assert.match(await page.locator("[data-why=plain-on-tls-port]").innerText(), /TLSポート 2762/)
  })

  it("tests a device and the line, and tells what came of it in words", async () => {
    const about = { about: "MR1_MIHON", n: 0 }
    const failed = { ok: false, tookMs: 9, code: "ERR_ASSOCIATION_REJECTED" }
    server.answer("POST /api/technician/echo", {
      ...failed,
      ...adviceFor("ERR_ASSOCIATION_REJECTED", about),
    })
    server.answer("POST /api/technician/line", { ok: true, tookMs: 41, code: null, ja: null, en: null })
    const page = await open()
    const row = page.locator("[data-device=MR1_MIHON]")
    await row.getByRole("button").click()
    await row.getByText("MR1_MIHON に接続を断られました").waitFor()
    assert.deepEqual((await server.wasAsked("POST /api/technician/echo")).body, { aeTitle: "MR1_MIHON" })
    await page.getByRole("button", { name: "接続を試す" }).click()
    await page.getByText("応答あり（41 ms）").waitFor()
    assert.equal(await page.locator("[data-device=CT2_MIHON]").getByRole("button").count(), 0)
  })

  it("says that it may not be asked so often", async () => {
    server.refuse("POST /api/technician/echo", 429, "ERR_TOO_MANY_ATTEMPTS")
    const page = await open()
    await page.locator("[data-device=MR1_MIHON]").getByRole("button").click()
    await page.locator(".banner-danger").waitFor()
  })

  it("asks again when the gateway says that devices changed, as a page and not as a person", async () => {
    const page = await open()
    server.answer(VIEW, badNight)
    server.tell({ kind: "devices", requestId: null, at: SERVER_TIME })
    await page.locator("[data-light=disk-refusing]").waitFor()
    const [, again] = server.asked.filter(({ path }) => path === "/api/technician")
    assert.equal(again?.headers["x-background"], "true")
  })

  it("loads, fails with a way out, and keeps an older answer when a newer one fails", async () => {
    server.silence(VIEW)
    await open({}, ".skeleton")
    await opened.context.close()
    server.refuse(VIEW, 500, "ERR_LEDGER")
    const page = await open({}, ".failed")
    server.answer(VIEW, quietNight)
    await page.locator(".failed .btn-primary").click()
    await page.locator(".flow").waitFor()
    server.refuse(VIEW, 500, "ERR_LEDGER")
    server.tell({ kind: "devices", requestId: null, at: SERVER_TIME })
    await page.locator(".banner-warn").waitFor()
    assert.equal(await page.locator(".flow").count(), 1)
    server.answer(VIEW, quietNight)
    server.cutEvents()
    await page.getByText("今すぐ").or(page.locator(".banner")).first().waitFor()
  })

  it("is whole when there is nothing yet, and when the studies cannot be read", async () => {
    server.answer(VIEW, { ...quietNight, devices: [], archive: null, partners: [], lists: [] })
    server.refuse("GET /api/requests", 500, "ERR_LEDGER")
    const page = await open()
    await page.getByText("検査の一覧を読めませんでした").waitFor()
    await page.getByText("装置がまだ設定されていません").waitFor()
  })

  for (const locale of ["ja-JP", "en-GB"])
    it(`cuts no word and has no small button at any size, in ${locale}`, async () => {
      for (const [width, height] of [
        [1366, 960],
        [1180, 820],
        [820, 1180],
        [683, 480],
      ] as const) {
        server.answer(VIEW, badNight)
        const page = await open({ width, height, locale })
        const scrolled = (await cutText(page, READ)).filter((each) => !/^(table|tech-scroll)/.test(each))
        assert.deepEqual([...scrolled, ...(await buttonFaults(page))], [], `${width} × ${height}`)
        if (width !== 683) await opened.context.close()
      }
    })
})
