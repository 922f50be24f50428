/**
 * `node deploy/demo/pictures.ts [FOLDER]`: takes the README's pictures anew (after `npm run build`), from a demonstration of
 * its own that goes the whole way with two tablets (Debian's chromium). What it takes is what anybody sees who follows the README.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium, type Browser, type Page } from "playwright-core"
import { startGateway } from "./gateways.ts"
import { enterRequest, sendStudy } from "./hospital.ts"
import { CLERK, enrol, READER } from "./people.ts"
import { openSite, PIN, type Site } from "./site.ts"
import { makeStudy, numberAt } from "./study.ts"
import { timeline } from "./timeline.ts"
import { startTsa } from "./tsa.ts"
import { followStudy } from "./watch.ts"

const FOLDER = process.argv[2] ?? join(import.meta.dirname, "..", "..", "docs", "images")
const TABLET = { width: 1180, height: 820 }
const DESK = { width: 1366, height: 900 }
/** A drawing settles: a transition lasts 240 ms (viewer/tokens.css). */
const SETTLED_MS = 500
/** A slice through the ventricles. */
const MIDDLE_SLICE = 11

const FINDINGS =
  "脳実質に明らかな異常信号を認めません。\n脳室の拡大、正中偏位は認めません。\n脳溝・脳槽は年齢相応です。"
const IMPRESSION = "1. 頭蓋内に占拠性病変を認めません。\n2. 経過観察を勧めます。"

const time = timeline(process.stdout, Date.now())

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(SETTLED_MS)
  await page.screenshot({ path: join(FOLDER, `${name}-ja.png`), animations: "disabled" })
  time.step(`${name}-ja.png`)
}

/** A tablet of its own, with an authenticator that verifies its user. */
async function tablet(browser: Browser, viewport: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    hasTouch: true,
    locale: "ja-JP",
    timezoneId: "Asia/Tokyo",
  })
  const page = await context.newPage()
  const devTools = await context.newCDPSession(page)
  await devTools.send("WebAuthn.enable")
  await devTools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return page
}

const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name }).first().click()

async function enrolAt(page: Page, link: string, landmark: string): Promise<void> {
  await page.goto(link)
  await press(page, "パスキーを作る")
  await page.locator(landmark).first().waitFor()
}

async function readAndSign(page: Page): Promise<void> {
  await picture(page, "worklist")
  await press(page, "読影を始める")
  await page.locator('image-view[data-quality="full"]').waitFor()
  for (let at = 1; at < MIDDLE_SLICE; at++) await page.keyboard.press("ArrowDown")
  await page.locator(`image-view[data-index="${MIDDLE_SLICE}"][data-quality="full"]`).waitFor()
  await page.locator(".b-findings textarea").fill(FINDINGS)
  await page.locator(".b-impression textarea").fill(IMPRESSION)
  await page.getByText("キー画像", { exact: true }).last().click()
  await page.locator('[data-draft="saved"]').waitFor()
  const known = page.getByRole("button", { name: "確認した" })
  if ((await known.count()) > 0) await known.first().click()
  await picture(page, "reading")
  await press(page, "署名へ進む")
  await page.locator(".frozen").waitFor()
  await page.locator('.frozen img[data-sheet="drawn"], .doc-keys image-thumb[data-drawn]').first().waitFor()
  await page.locator(".confirm").click()
  await page.locator("input[name=pin]").fill(PIN)
  await picture(page, "signing")
  await press(page, "署名する")
  await page.locator('li[data-step="sent"][data-s="done"]').waitFor()
}

async function openReport(page: Page): Promise<void> {
  await page.getByText("報告書が届きました").first().waitFor()
  await picture(page, "staff")
  await page.getByRole("link", { name: "報告を開く" }).click()
  await page.locator(".verdict").waitFor()
  await page.locator(".doc-keys img").first().waitFor()
  await picture(page, "report")
}

async function walk(site: Site, browser: Browser): Promise<void> {
  const study = makeStudy(join(site.dir, "study"))
  const requestId = await enterRequest(site, study, `R${numberAt(new Date())}`)
  await sendStudy(site, study.files)
  await followStudy(site, requestId, time)
  const [reader, clerk] = [await tablet(browser, TABLET), await tablet(browser, DESK)]
  await enrolAt(reader, enrol(site.centerConfig, READER).link, ".wl-row")
  await enrolAt(clerk, enrol(site.edgeConfig, CLERK).link, ".sl-row")
  await readAndSign(reader)
  await openReport(clerk)
}

const dir = await mkdtemp(join(tmpdir(), "dokuei-pictures-"))
const site = await openSite(dir, { imagesKept: "30d", quietPeriod: "2s" })
const tsa = await startTsa(join(dir, "pki", "tsa"), site.ports.tsa)
const gateways = await Promise.all([
  startGateway(site.edgeConfig, join(dir, "edge.log")),
  startGateway(site.centerConfig, join(dir, "center.log")),
])
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
})
try {
  await walk(site, browser)
} finally {
  await browser.close()
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await tsa.close()
  await rm(dir, { recursive: true })
}
