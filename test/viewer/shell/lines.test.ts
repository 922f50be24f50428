import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { badLines, quietLines } from "../fixtures/lines.ts"
import { DeskServer } from "./desk-server.ts"
import { reading, visit } from "./open-desk.ts"
import { cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const VIEW = "GET /api/lines"
const READ = ".panel, .panel h2, .panel p, .panel dd, .badge"

describe("the page of lines at the reading centre", function () {
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
    await (browser as Browser | undefined)?.close()
    await (server as DeskServer | undefined)?.stop()
  })
  beforeEach(() => {
    reading(server)
    server.answer(VIEW, quietLines)
  })
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (options: Parameters<typeof openPage>[1] = {}): Promise<Page> => {
    opened = await openPage(browser, { width: 1366, height: 900, ...options })
    await visit(opened.page, server, "#/lines", ".flow")
    return opened.page
  }

  it("says of every hospital since when it is connected, and that there is nothing to do", async () => {
    const page = await open()
    assert.match(await page.locator(".flow").innerText(), /病院との回線\s+3病院のうち 3 がつながっています/)
    assert.match(await page.locator(".todo").innerText(), /することはありません/)
    const card = page.locator(".card", { hasText: "川クリニック" })
    assert.match(await card.innerText(), /接続中[\s\S]*病院からの接続\s+00:48 から接続中\s+最後の合図 12秒前/)
    assert.equal(
      await page.locator("nav a[aria-current=page], .tabs a[aria-current=page]").innerText(),
      "病院との回線",
    )
  })

  it("says what waits for one that is gone, since when, and what to do about it", async () => {
    server.answer(VIEW, badLines)
    const page = await open()
    const first = page.locator("[data-light]").first()
    assert.equal(await first.getAttribute("data-light"), "hospital-away")
    assert.match(
      await first.innerText(),
      /川クリニックがつながっていません[\s\S]*3件[\s\S]*電話[\s\S]*03-0000-0000/,
    )
    assert.match(await page.locator(".card", { hasText: "川クリニック" }).innerText(), /切断 37分[\s\S]*3件/)
    assert.match(await page.locator(".flow").innerText(), /3病院のうち 2 がつながっています/)
  })

  it("cuts no text, on a wide screen and a narrow one, in either language", async () => {
    for (const [width, locale] of [
      [1366, "ja-JP"],
      [390, "en-GB"],
    ] as const) {
      server.answer(VIEW, badLines)
      const page = await open({ width, locale })
      assert.deepEqual(await cutText(page, READ), [])
      if (process.env.DOKUEI_SCREENS !== undefined)
        await page.screenshot({ path: `${process.env.DOKUEI_SCREENS}/lines-${width}.png`, fullPage: true })
      if (width === 1366) await opened.context.close()
    }
  })
})
