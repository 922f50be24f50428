import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import type { DirectoryPerson } from "../../../gateway/standards/pwp/directory-person.ts"
import type { RequestInput } from "../../../gateway/journey/views/request.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { CLERK } from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { staff, visit } from "./open-desk.ts"
import { cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const person = (id: string, name: string, kana: string, department: string): DirectoryPerson => ({
  id,
  name,
  kana,
  latin: "",
  department,
  organisation: "みほん市民病院",
  mail: "",
  telephone: "内線 0119",
})
const PEOPLE = [
  person("e1001", "想定 一夫", "ソウテイ カズオ", "救急科"),
  person("e1002", "相馬 そよか", "ソウマ ソヨカ", "脳神経内科"),
  person("e1003", "宗田 由紀子", "ソウダ ユキコ", "呼吸器・アレルギー内科"),
]
const READ_AT = "2026-11-25T04:00:00.000Z"

describe("the ordering physician in the request form", function () {
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
  afterEach(async () => {
    assert.deepEqual(opened.faults, [])
    await opened.context.close()
  })

  const open = async (): Promise<Page> => {
    staff(server)
    const agreements = CLERK.agreements.map((each) => ({ ...each, readers: ["見本 灯", "架空 太郎"] }))
    server.answer("GET /api/session", { ...CLERK, agreements, directory: true })
    server.answer("POST /api/directory", { people: PEOPLE, readAt: READ_AT })
    opened = await openPage(browser, { width: 1366, height: 960 })
    await visit(opened.page, server, "#/request/new", ".form")
    return opened.page
  }
  const picture = async (page: Page, name: string): Promise<void> => {
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
  }
  const fill = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text)
  }
  const sent = async (page: Page): Promise<RequestInput> => {
    server.answer("POST /api/requests", { requestId: "r1" })
    await page.getByRole("button", { name: "確認して送る" }).click()
    await page.getByRole("button", { name: "この内容で送る" }).click()
    await page.getByText("依頼票を登録しました").waitFor()
    return server.asked.find(({ method, path }) => `${method} ${path}` === "POST /api/requests")
      ?.body as RequestInput
  }

  it("is chosen by typing and arrow keys, brings what the directory knows, and goes out with the id", async () => {
    const page = await open()
    await fill(page, {
      氏名: "見本 太郎",
      "患者 ID": "0012345",
      臨床診断: "脳梗塞の疑い",
      読影の目的: "出血の有無",
    })
    await page.getByRole("combobox", { name: "依頼医" }).pressSequentially("そう")
    await page.locator(".pick-one").first().waitFor()
    assert.equal(await page.locator(".pick [role=option]").count(), 3)
    await page.keyboard.press("ArrowDown")
    await picture(page, "directory-list")
    assert.deepEqual(await cutText(page, ".pick *"), [])
    await page.keyboard.press("Enter")
    await page.getByText("職員名簿から選択（e1001）").waitFor()
    assert.equal(await page.getByLabel("依頼医").inputValue(), "想定 一夫")
    assert.equal(await page.getByLabel("診療科").inputValue(), "救急科")
    assert.equal(await page.getByLabel("問い合わせ電話").inputValue(), "内線 0119")
    await page.getByLabel("指名読影医").selectOption("見本 灯")
    await page.getByRole("combobox", { name: "報告の送り先" }).pressSequentially("そう")
    await page.getByRole("option", { name: /相馬/ }).click()
    await picture(page, "directory-chosen")
    const { physician, physicianId, department, telephone, namedReader, reportTo } = (await sent(page))
      .request
    assert.deepEqual(
      [physician, physicianId, department, telephone, namedReader, reportTo],
      ["想定 一夫", "e1001", "救急科", "内線 0119", "見本 灯", "脳神経内科　相馬 そよか"],
    )
    const typed = server.asked.filter(({ path }) => path === "/api/directory").map(({ body }) => body)
    assert.ok(typed.length <= 4, "it is not asked under every key")
  })

  it("is a name alone once it is written otherwise, and what somebody wrote is not written over", async () => {
    const page = await open()
    await fill(page, {
      氏名: "見本 太郎",
      "患者 ID": "0012345",
      臨床診断: "x",
      読影の目的: "y",
      診療科: "外来",
    })
    await page.getByRole("combobox", { name: "依頼医" }).pressSequentially("そう")
    await page.getByRole("option", { name: /想定/ }).click()
    await page.getByText("職員名簿から選択（e1001）").waitFor()
    assert.equal(await page.getByLabel("診療科").inputValue(), "外来")
    await page.getByLabel("依頼医").fill("応援 次郎")
    await page.getByText("職員名簿から選択").waitFor({ state: "detached" })
    const { request } = await sent(page)
    assert.deepEqual([request.physician, request.physicianId], ["応援 次郎", ""])
  })

  it("may be written where the directory has nobody or does not answer", async () => {
    const page = await open()
    server.answer("POST /api/directory", { people: [], readAt: READ_AT })
    await page.getByRole("combobox", { name: "依頼医" }).pressSequentially("だれか")
    await page.getByText("職員名簿に見つかりません").waitFor()
    await picture(page, "directory-nobody")
    await page.keyboard.press("Escape")
    await page.getByText("職員名簿に見つかりません").waitFor({ state: "detached" })
    server.refuse("POST /api/directory", 500, "ERR_INTERNAL")
    await page.getByRole("combobox", { name: "依頼医" }).pressSequentially("さん")
    await page.waitForTimeout(400)
    assert.equal(await page.locator(".pick").count(), 0)
    assert.equal(await page.getByLabel("依頼医").inputValue(), "だれかさん")
  })
})
