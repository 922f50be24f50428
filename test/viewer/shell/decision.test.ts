import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import {
  COPIES_QUESTION,
  PEOPLE,
  QUESTION,
  SERVER_TIME,
  stoppedDetail,
  STAFF_ITEMS,
  study,
  way,
} from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { staff, visit } from "./open-desk.ts"
import { buttonFaults, cutText } from "./page-checks.ts"

const BUILD_MS = 180_000

describe("a decision about images", function () {
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
    server.answer("GET /api/studies/q1", QUESTION)
    server.answer("GET /api/studies/q2", COPIES_QUESTION)
  })
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (hash: string, landmark: string): Promise<Page> => {
    opened = await openPage(browser, { width: 1366, height: 960, locale: "ja-JP" })
    await visit(opened.page, server, hash, landmark)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) {
      const name = `${folder}/decision${hash.replaceAll(/[^a-z0-9]+/g, "-")}.png`
      await opened.page.screenshot({ path: name, fullPage: true })
    }
    return opened.page
  }

  it("asks whose images are, shows both patients with what differs, and wants a reason", async () => {
    server.answer("POST /api/studies/q1/rule", {})
    const page = await open("#/decide/q1", ".decide-card")
    await page.getByRole("heading", { name: "同じ検査番号で、別の患者 ID の画像が届きました" }).waitFor()
    const marked = await page.locator(".decide-card dd.t-warn").allInnerTexts()
    assert.ok(marked.includes(PEOPLE.taro.PatientID) && marked.includes(PEOPLE.hanako.PatientID))
    await page.getByRole("button", { name: "別の検査" }).click()
    assert.equal(
      server.asked.some(({ method }) => method === "POST"),
      false,
      "not without a reason",
    )
    await page.getByLabel("理由").fill("装置が番号を使い回した")
    await page.getByRole("button", { name: "別の検査" }).click()
    const { body } = await server.wasAsked("POST /api/studies/q1/rule")
    assert.deepEqual(body, { what: "own-study", reason: "装置が番号を使い回した" })
    await page.waitForURL(/#\/staff$/)
  })

  it("names the study the images belong to when it is the same patient", async () => {
    server.answer("POST /api/studies/q1/rule", {})
    const page = await open("#/decide/q1", ".decide-card")
    await page.getByLabel("理由").fill("ID の打ち間違い")
    await page.getByRole("button", { name: "同じ患者" }).click()
    const { body } = await server.wasAsked("POST /api/studies/q1/rule")
    assert.deepEqual(body, { what: "same-patient", studyId: "s1", reason: "ID の打ち間違い" })
  })

  it("asks which copy counts: one by one or all at once, and only then takes it", async () => {
    server.answer("POST /api/studies/q2/choose", {})
    const page = await open("#/decide/q2", ".decide-copy")
    await page.getByText("違い：左右、作成時刻").first().waitFor()
    const take = page.getByRole("button", { name: "この内容で決める" })
    assert.equal(await take.isDisabled(), true)
    await page.getByRole("button", { name: "すべてあとから届いたもの" }).click()
    await page.locator(".decide-copy").first().click()
    await page.getByLabel("理由").fill("左右の表示を直した")
    await take.click()
    const { body } = await server.wasAsked("POST /api/studies/q2/choose")
    assert.deepEqual(body, {
      choices: [
        { SOPInstanceUID: "2.25.12", objectId: "a12" },
        { SOPInstanceUID: "2.25.13", objectId: "b13" },
      ],
      reason: "左右の表示を直した",
    })
  })

  it("leads there from the list, and from a request to the images it may be for", async () => {
    const [first] = STAFF_ITEMS
    const proposal = { ...study("MR", "頭部 MRI", 120), studyId: "p1", otherName: true }
    const waiting = {
      ...first!,
      requestId: "0150",
      study: null,
      studyId: null,
      action: "choose-study" as const,
      way: way(),
      notices: [{ code: "proposed" as const, reason: null }],
      proposals: [proposal],
    }
    const stuck = { ...first!, requestId: null, studyId: "q1", action: "decide" as const }
    server.answer("GET /api/requests", { items: [stuck, waiting], serverTime: SERVER_TIME })
    server.answer("GET /api/requests/0150", { ...stoppedDetail(), ...waiting })
    server.answer("POST /api/requests/0150/bind", {})
    const page = await open("", ".sl-row")
    await page.getByRole("link", { name: "検査を選ぶ" }).click()
    await page.getByText("画像の氏名が依頼と違います").waitFor()
    await page.getByRole("button", { name: "この検査を送る" }).click()
    assert.deepEqual((await server.wasAsked("POST /api/requests/0150/bind")).body, { studyId: "p1" })
    await page.goto(`${server.origin}/#/staff`)
    await page.getByRole("link", { name: "確かめて決める" }).click()
    await page.locator(".decide-card").first().waitFor()
  })

  it("takes a study back only with a reason, behind a quiet button", async () => {
    server.answer("POST /api/requests/0121/recall", {})
    const page = await open("#/staff/0121", ".waiting")
    await page.getByRole("button", { name: "送付を取り消す" }).click()
    await page.getByRole("button", { name: "取り消す", exact: true }).click()
    assert.equal(
      server.asked.some(({ method }) => method === "POST"),
      false,
      "not without a reason",
    )
    await page.getByLabel("取り消しの理由").fill("別の患者の検査を送った")
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/recall.png`, fullPage: true })
    await page.getByRole("button", { name: "取り消す", exact: true }).click()
    const { body } = await server.wasAsked("POST /api/requests/0121/recall")
    assert.deepEqual(body, { reason: "別の患者の検査を送った" })
  })

  for (const hash of ["#/decide/q1", "#/decide/q2"])
    it(`names every control of ${hash} and makes each at least 44 pixels, in both languages`, async () => {
      const page = await open(hash, ".decide")
      assert.deepEqual(await buttonFaults(page), [])
      assert.deepEqual(await cutText(page, ".decide *:not(.vh)"), [])
      await page.getByRole("button", { name: "English" }).click()
      await page.getByRole("button", { name: "日本語" }).waitFor()
      assert.deepEqual(await buttonFaults(page), [])
    })
})
