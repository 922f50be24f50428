import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import type { WorkItem } from "../../../gateway/journey/views/reading.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { nobody, PEOPLE, READER, SERVER_TIME, WORK_ITEMS } from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { reading, visit } from "./open-desk.ts"
import { buttonFaults, keptText } from "./page-checks.ts"

const BUILD_MS = 180_000

describe("the work list", function () {
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
  beforeEach(() => reading(server))
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (locale = "ja-JP"): Promise<Page> => {
    opened = await openPage(browser, { locale })
    await visit(opened.page, server, "#/worklist", ".wl-row")
    return opened.page
  }
  const order = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>(
      "[...document.querySelectorAll('[data-request]')].map((row) => row.dataset.request)",
    )

  it("shows STAT first, then by due time, each with the minutes left", async () => {
    const page = await open()
    assert.deepEqual(await order(page), ["0117", "0104", "0103", "0105", "0106", "0102", "0107", "0108"])
    const due = await page.locator(".tat b").allTextContents()
    assert.deepEqual(due.slice(0, 4), ["残り 9分", "残り 47分", "超過 +0:12", "残り 52分"])
    assert.equal(due[5], "明日 12:00")
  })

  it("takes its time from the gateway and its zone from the hospital, not from the tablet", async () => {
    const page = await open()
    assert.match(await page.locator(".wl-foot").innerText(), /14:08:3\d 更新/)
  })

  it("asks whose images came where another patient is known under their number, and opens nothing before", async () => {
    const [first, ...others] = WORK_ITEMS
    const held: WorkItem = {
      ...first!,
      state: "created",
      verification: null,
      reader: null,
      notices: [{ code: "other-patient", reason: null }],
      knownPatient: { ...first!.patient, ideographic: "鈴木 花子", phonetic: "すずき はなこ", sex: "F" },
    }
    server.answer("GET /api/worklist", { items: [held, ...others], serverTime: SERVER_TIME })
    server.answer(`POST /api/cases/${held.requestId}/patient`, {})
    const page = await open()
    const row = page.locator(`[data-request="${held.requestId}"]`)
    if ((await row.locator(".wl-more").count()) === 0) await row.locator(".pt-button").click()
    await row.getByText("この番号の患者").waitFor()
    assert.match(await row.locator(".wl-two").innerText(), /届いた患者[^]*この番号の患者[^]*鈴木 花子/)
    assert.equal(await row.locator(".btn-primary").count(), 0, "nothing opens it")
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/other-patient.png` })
    await row.getByRole("button", { name: "同じ患者" }).click()
    const asked = await server.wasAsked(`POST /api/cases/${held.requestId}/patient`)
    assert.deepEqual(asked.body, { what: "same-patient" })
  })

  it("switches the language in place and remembers nothing else on the device", async () => {
    const page = await open()
    await page.getByRole("button", { name: "English" }).click()
    await page.getByText("9 min left").waitFor()
    assert.equal(await page.locator("html").getAttribute("lang"), "en")
    assert.equal(await page.getByText("Mihon, Taro · 81 y · M").count(), 1)
    assert.equal(
      await page.evaluate("Object.keys(localStorage).join() + sessionStorage.length"),
      "dokuei.language0",
    )
    await page.reload()
    await page.getByText("9 min left").waitFor()
  })

  it("says where to call with the result, and sends again what could not be sent", async () => {
    const stuck = {
      ...WORK_ITEMS[0]!,
      notices: [{ code: "not-sent" as const, reason: "ERR_SUBMISSION_REFUSED" }],
    }
    server.answer("GET /api/worklist", { items: [stuck], serverTime: SERVER_TIME })
    server.answer(`POST /api/cases/${stuck.requestId}/retry`, {})
    const page = await open()
    await page.getByText("結果を電話で：内線 0119").waitFor()
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/worklist.png`, fullPage: true })
    await page.getByRole("button", { name: "もう一度送る" }).click()
    await server.wasAsked(`POST /api/cases/${stuck.requestId}/retry`)
  })

  it("opens one case at a time, by touch and by keyboard", async () => {
    const page = await open()
    assert.equal(await page.locator(".wl-open").getAttribute("data-request"), "0117")
    await page.locator("[data-request='0103']").tap()
    await page.locator(".wl-open[data-request='0103']").waitFor()
    assert.deepEqual(await page.locator(".wl-open").count(), 1)
    assert.equal(await page.getByRole("button", { name: "読影を始める" }).isDisabled(), true)
    await page.getByText("例示 誠 医師が読影中のため開けません").waitFor()
    await page.locator("[data-request='0105'] .pt-button").focus()
    await page.keyboard.press("Enter")
    await page.locator(".wl-open[data-request='0105']").waitFor()
    assert.equal(await page.locator("[data-request='0105'] .pt-button").getAttribute("aria-expanded"), "true")
  })

  it("reaches everything with the Tab key, in the order of the page", async () => {
    const page = await open()
    const names: string[] = []
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press("Tab")
      names.push(
        String(await page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel")),
      )
    }
    const text = names.join("|").replaceAll(/\s+/g, " ")
    assert.match(
      text,
      /読影リスト.*English.*ログアウト.*すべて.*自分.*緊急.*未割当.*氏名.*更新.*見本 太郎.*読影を始める/,
    )
  })

  it("names every button and makes each at least 44 pixels high and wide, in both languages", async () => {
    const page = await open()
    assert.deepEqual(await buttonFaults(page), [])
    await page.getByRole("button", { name: "English" }).click()
    await page.getByText("9 min left").waitFor()
    assert.deepEqual(await buttonFaults(page), [])
  })

  it("reserves a case before it opens it", async () => {
    server.answer("POST /api/cases/0117/start", {})
    const page = await open()
    await page.getByRole("button", { name: "読影を始める" }).click()
    await page.waitForURL(/#\/read\/0117$/)
    const start = server.asked.find(({ path }) => path === "/api/cases/0117/start")
    assert.equal(start?.headers["x-requested-by"], "viewer")
    assert.equal(
      server.asked.some(({ method, headers }) => method === "GET" && "x-requested-by" in headers),
      false,
    )
  })

  it("says who was faster when another has the case, and stays", async () => {
    server.refuse("POST /api/cases/0117/start", 423, "ERR_LOCKED")
    const page = await open()
    await page.getByRole("button", { name: "読影を始める" }).click()
    await page.getByText("ほかの読影医が先に始めました。").waitFor()
    assert.match(page.url(), /#\/worklist$/)
  })

  it("searches without putting a name into the address or asking the gateway", async () => {
    const page = await open()
    server.asked.length = 0
    await page.getByRole("searchbox").fill("ﾐﾎﾝ")
    await page.waitForFunction("document.querySelectorAll('[data-request]').length === 1")
    assert.deepEqual(await order(page), ["0117"])
    assert.equal(new URL(page.url()).hash, "#/worklist")
    assert.deepEqual(server.asked, [])
    await page.getByRole("searchbox").fill("いない人")
    await page.getByText("当てはまる検査はありません").waitFor()
    await page.getByRole("button", { name: "すべて表示" }).click()
    await page.locator("[data-request='0108']").waitFor()
    assert.equal((await order(page)).length, 8)
  })

  it("takes in a new case by itself", async () => {
    server.answer("GET /api/worklist", { items: WORK_ITEMS.slice(1), serverTime: SERVER_TIME })
    const page = await open()
    assert.equal((await order(page)).includes("0117"), false)
    server.answer("GET /api/worklist", { items: WORK_ITEMS, serverTime: SERVER_TIME })
    server.tell({ kind: "changed", requestId: "0117", at: SERVER_TIME })
    await page.locator("[data-request='0117']").waitFor()
  })

  it("waits 150 ms before it draws a skeleton, and says what it waits for", async () => {
    server.silence("GET /api/worklist")
    opened = await openPage(browser)
    await visit(opened.page, server, "#/worklist", ".skeleton")
    assert.equal(await opened.page.getByRole("status").innerText(), "読影リストを読み込んでいます")
  })

  it("says when there is nothing to read", async () => {
    server.answer("GET /api/worklist", { items: [], serverTime: SERVER_TIME })
    opened = await openPage(browser)
    await visit(opened.page, server, "#/worklist", ".quiet")
    await opened.page.getByText("未読の検査はありません").waitFor()
  })

  it("says what failed with code and number, and tries again", async () => {
    server.refuse("GET /api/worklist", 500, "ERR_LEDGER")
    opened = await openPage(browser)
    await visit(opened.page, server, "#/worklist", ".failed")
    assert.match(await opened.page.getByRole("alert").innerText(), /ERR_LEDGER · 要求番号 7f3a-02c9/)
    reading(server)
    await opened.page.getByRole("button", { name: "再試行" }).click()
    await opened.page.locator(".wl-row").first().waitFor()
  })

  it("keeps the list on screen when the line breaks, says so, and mends it", async () => {
    const page = await open()
    await opened.context.setOffline(true)
    server.cutEvents()
    await page.getByText("オフライン").waitFor()
    assert.equal((await order(page)).length, 8)
    await opened.context.setOffline(false)
    await page.getByRole("button", { name: "今すぐ" }).click()
    await page.getByText("オフライン").waitFor({ state: "detached" })
  })

  it("forgets everything when the session ends elsewhere", async () => {
    const page = await open()
    server.tell({ kind: "session-ended", requestId: null, at: SERVER_TIME })
    await page.getByText("ログアウトしました。").waitFor()
    assert.equal(await page.getByText("見本 太郎").count(), 0)
    assert.equal(new URL(page.url()).hash, "")
  })

  it("logs out when a request finds nobody logged in", async () => {
    const page = await open()
    server.refuse("GET /api/worklist", 401, "ERR_LOGIN_NEEDED")
    server.answer("GET /api/session", nobody(READER))
    await page.getByRole("button", { name: "更新" }).click()
    await page.getByRole("button", { name: "パスキーでログイン" }).waitFor()
  })

  it("warns a minute before it logs out an unattended page, and stays when somebody says so", async () => {
    server.answer("GET /api/session", { ...READER, idleMs: 61_000 })
    opened = await openPage(browser)
    await opened.page.clock.install()
    await visit(opened.page, server, "#/worklist", ".wl-row")
    await opened.page.clock.runFor(3_000)
    await opened.page.getByText(/あと 5\d秒で自動的にログアウトします。/).waitFor()
    await opened.page.getByRole("button", { name: "続ける" }).click()
    await opened.page.getByText("自動的にログアウト").waitFor({ state: "detached" })
    await server.wasAsked("POST /api/session")
    await opened.page.clock.runFor(62_000)
    await opened.page.getByRole("button", { name: "パスキーでログイン" }).waitFor()
    await server.wasAsked("POST /api/logout")
  })

  it("leaves no patient in any storage of the browser or in the address", async () => {
    const page = await open()
    await page.getByRole("searchbox").fill("見本")
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await page.reload()
    await page.locator(".wl-row").first().waitFor()
    const kept = (await keptText(page)) + page.url()
    assert.match(kept, /dokuei-shell/)
    for (const { PatientID, ideographic, alphabetic } of Object.values(PEOPLE))
      for (const word of [PatientID, ...ideographic.split("^"), ...alphabetic.split("^")])
        assert.equal(kept.includes(word), false, word)
    assert.equal(/\/api\/|dicomweb|2\.25\./.test(kept.replaceAll(/"(code|csp)":.*/g, "")), false)
  })
})
