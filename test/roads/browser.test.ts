/**
 * The viewer at real gateways: a radiologist and a clerk, each with a tablet, from the enrolment link to the corrected
 * report; then what goes wrong. Nothing is faked but the finger and the authenticator.
 */
import assert from "node:assert/strict"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { sendStudy } from "../../deploy/demo/hospital.ts"
import { CLERK, READER, readersCertificate } from "../../deploy/demo/people.ts"
import { HOSPITAL, PIN } from "../../deploy/demo/site.ts"
import { makeStudy, type DemoStudy } from "../../deploy/demo/study.ts"
import { enrol } from "../../gateway/commands/enrol.ts"
import { confirmByTwo } from "../../gateway/commands/people/certificates.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { buildViewer } from "../viewer/build-viewer.ts"
import { hasChromium, launchChromium } from "../viewer/chromium.ts"
import { everySize, picture, pictures } from "./browser/gallery.ts"
import { percentileWindow, slice, windowed } from "./browser/slice-reference.ts"
import { Tablet } from "./browser/tablet.ts"
import { Road, type Role } from "./road.ts"

const SECOND_READER = { login: "reader2", name: "読影 花子", role: "radiologist" } as const
const FINDINGS = "脳実質に明らかな異常信号を認めません。"
const IMPRESSION = "1. 頭蓋内に占拠性病変を認めません。\n2. 経過観察を勧めます。"
const REASON = "左右の記載を訂正"
const CORRECTED = "1. 右側頭葉に異常を認めません。"
const ADDED = "前回の頭部CT（2026-07-01）が届きました。変化はありません。"
/** What the clerk writes on the request form. */
const WRITTEN = {
  department: "脳神経外科",
  physician: "想定 一夫",
  telephone: "内線 2119",
  diagnosis: "頭痛",
  purpose: "経過観察。前回と比べて変化があるかご評価ください。",
}
const IDLE = "8s"
/** Middle of the image area of an 1180 × 820 tablet. */
const MIDDLE = { x: 430, y: 430 }
const MIDDLE_SLICE = 11

/** Grey levels of the drawing as char codes: a long list of numbers takes seconds to hand over. */
const DRAWN = `(() => {
  const canvas = document.querySelector("image-view .vp-canvas canvas")
  const { width, height } = canvas
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height)
  let grey = ""
  for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at])
  return { width, height, grey }
})()`

describe("the viewer at real gateways", function () {
  this.timeout(60_000)
  let browser: Browser | undefined
  let road: Road
  let study: DemoStudy
  let requestId: string
  let reader: Tablet
  let clerk: Tablet

  before(async function () {
    if (!hasChromium) {
      console.log("      skipped: chromium is not installed (apt install chromium)")
      return this.skip()
    }
    this.timeout(240_000)
    await buildViewer()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
    browser = await launchChromium()
    study = makeStudy(join(road.site.dir, "study"), "T0042117")
    requestId = await road.send(study)
    await road.reached(requestId, "arrived")
    reader = await Tablet.open(browser)
    clerk = await Tablet.open(browser, { width: 1366, height: 900 })
  })
  after(async () => {
    await browser?.close()
    if (browser !== undefined) await road.close()
  })

  const link = (role: Role, person: typeof READER | typeof CLERK | typeof SECOND_READER): Promise<string> =>
    enrol(loadConfig(road.configFile(role)), { ...person, minutes: 15 })

  const shown = (name: string): Promise<string | null> =>
    reader.page.locator("image-view").getAttribute(`data-${name}`)
  const until = (name: string, value: string): Promise<void> =>
    reader.page.locator(`image-view[data-${name}="${value}"]`).waitFor()
  const saved = (): Promise<void> => reader.page.locator('[data-draft="saved"]').waitFor()
  const amendOpen = ({ page }: Tablet): Promise<void> =>
    page.locator('.amend-open[aria-expanded="false"]').click()
  const button = ({ page }: Tablet, name: string | RegExp) => page.getByRole("button", { name })

  describe("the radiologist", () => {
    it("enrols by the link and is in the work list, where the study lies verified", async () => {
      const { page } = reader
      await page.goto(await link("center", READER))
      const center = road.configFile("center")
      await confirmByTwo(loadConfig(center), readersCertificate(center))
      await page.getByText(`${READER.name} さんの端末として登録します。`).waitFor()
      await pictures(reader, "enrolment", ".gate-card .btn-primary")
      await button(reader, "パスキーを作る").click()
      const row = page.locator(`[data-request="${requestId}"]`)
      await row.waitFor()
      const text = await row.innerText()
      for (const words of [
        "緊急",
        "山田 太郎",
        "やまだ たろう",
        "HEAD MRI",
        HOSPITAL.name,
        "20枚 すべて到着",
        "検証済",
      ])
        assert.ok(text.includes(words), `${words} in: ${text}`)
      assert.match(text, /残り (1時間|5\d分)/)
      assert.equal(new URL(page.url()).hash, "", "the code does not stay in the address")
      await pictures(reader, "worklist", ".wl-row")
    })

    it("opens the study with a window made of its pixels, because the device gave none", async () => {
      await button(reader, "読影を始める").click()
      await until("quality", "full")
      assert.equal(await shown("engine"), "cornerstone3d")
      const expected = percentileWindow(slice(study.files[0] ?? ""))
      assert.equal(Number(await shown("window-width")), expected.width)
      assert.equal(Number(await shown("window-center")), expected.center)
    })

    it("leafs by touch to the middle slice, which equals the sent file pixel by pixel", async () => {
      const { page } = reader
      await reader.drag(MIDDLE, { x: MIDDLE.x, y: MIDDLE.y + 120 })
      assert.ok(Number(await shown("index")) > 1)
      for (let at = Number(await shown("index")); at !== MIDDLE_SLICE; at += at < MIDDLE_SLICE ? 1 : -1)
        await page.keyboard.press(at < MIDDLE_SLICE ? "ArrowDown" : "ArrowUp")
      await page.locator(`image-view[data-index="${MIDDLE_SLICE}"][data-quality="full"]`).waitFor()
      await page.getByText("等倍", { exact: true }).click()
      await until("zoom", "1.0000")
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
      const sent = slice(study.files[MIDDLE_SLICE - 1] ?? "")
      const window = {
        center: Number(await shown("window-center")),
        width: Number(await shown("window-width")),
      }
      const { width, height, grey } = await page.evaluate<{ width: number; height: number; grey: string }>(
        DRAWN,
      )
      const [left, top] = [Math.round((width - sent.columns) / 2), Math.round((height - sent.rows) / 2)]
      const off = windowed(sent, window).map((expected, at) => {
        const [x, y] = [at % sent.columns, Math.floor(at / sent.columns)]
        return Math.abs(grey.charCodeAt((top + y) * width + left + x) - expected)
      })
      assert.ok(Math.max(...off) <= 1, `off by ${Math.max(...off)}`)
      await page.getByText("全体", { exact: true }).click()
    })

    it("changes the window by touch, and takes the device's own back from the sheet", async () => {
      const { page } = reader
      const width = (await shown("window-width")) ?? ""
      await page.getByText("階調", { exact: true }).click()
      await reader.drag(MIDDLE, { x: MIDDLE.x + 60, y: MIDDLE.y + 20 })
      assert.ok(Number(await shown("window-width")) > Number(width))
      await page.getByText("設定 ▾").click()
      await page.getByRole("radio", { name: /撮影時の値/ }).click()
      await until("window-width", width)
      await page.getByText("送り", { exact: true }).click()
    })

    it("writes Japanese by composition without moving the images, and marks a key image; both are saved", async () => {
      const { page } = reader
      await page.locator(".b-findings textarea").click()
      await reader.compose("のうじっしつ", FINDINGS)
      await page.locator(".b-impression textarea").fill(IMPRESSION)
      assert.equal(await page.locator(".b-findings textarea").inputValue(), FINDINGS)
      assert.equal(await shown("index"), String(MIDDLE_SLICE))
      await page.getByText("キー画像", { exact: true }).last().click()
      await page.getByText(`Se2 #${MIDDLE_SLICE}`).waitFor()
      await saved()
      await page.reload()
      await until("quality", "full")
      assert.equal(await page.locator(".b-findings textarea").inputValue(), FINDINGS)
      for (let at = 1; at < MIDDLE_SLICE; at++) await page.keyboard.press("ArrowDown")
      await until("index", String(MIDDLE_SLICE))
    })

    it("is alone with the case: another radiologist sees who reads, and may only look", async () => {
      const other = await Tablet.open(browser!)
      await other.enrol(await link("center", SECOND_READER), ".wl-row")
      await other.page.getByText(`${READER.name}が読影中のため開けません`).waitFor()
      assert.ok(await button(other, "読影を始める").isDisabled())
      await other.page.goto(`${road.site.centerOrigin}/#/read/${requestId}`)
      await other.page.locator('image-view[data-quality="full"]').waitFor()
      assert.match(await other.page.locator(".banner").innerText(), new RegExp(`${READER.name} さんが読影中`))
      assert.match(await other.page.locator(".rp-head").innerText(), /下書き/)
      assert.equal(await other.page.getByText("署名へ進む").count(), 0)
      await picture(other, "locked-ja")
      const refused = await other.page.evaluate<number>(
        `fetch("/api/cases/${requestId}/start", { method: "POST", headers: { "X-Requested-By": "viewer" } }).then((answer) => answer.status)`,
      )
      assert.equal(refused, 423)
      await other.close()
    })

    it("signs what was frozen, after a wrong PIN was named as such", async () => {
      const { page } = reader
      await button(reader, "確認した").click()
      await picture(reader, "reading-ja")
      await button(reader, "署名へ進む").click()
      await page.locator(".frozen").waitFor()
      assert.match(await page.locator(".frozen").innerText(), new RegExp(`山田 太郎[\\s\\S]*${FINDINGS}`))
      await pictures(reader, "signing", ".frozen-sheet img[data-sheet=drawn]")
      await page.locator(".confirm").click()
      await page.locator("input[name=pin]").fill("0000")
      await button(reader, "署名する").click()
      await page.locator('li[data-step="hpki"][data-s="fail"]').waitFor()
      assert.match(await page.locator('li[data-step="hpki"]').innerText(), /PIN が違います。/)
      await picture(reader, "wrong-pin-ja")
      await button(reader, "やり直す").click()
      await page.locator("input[name=pin]").fill(PIN)
      await button(reader, "署名する").click()
      await page.locator('li[data-step="sent"][data-s="done"]').waitFor()
      await page.locator('li[data-step="acknowledged"][data-s="now"]').waitFor()
      await picture(reader, "signed-ja")
    })
  })

  describe("the clerk", () => {
    it("enrols and finds the request on the timetable, its report arrived and unread", async () => {
      await clerk.enrol(await link("edge", CLERK), ".sl-row")
      const row = clerk.page.locator(`[data-request="${requestId}"]`)
      await row.getByText("報告書が届きました").waitFor()
      const text = await row.innerText()
      for (const words of ["山田 太郎", "検証：有効", " 撮影", "20枚", "未受領"])
        assert.ok(text.includes(words), `${words} in: ${text}`)
      await pictures(clerk, "staff", ".sl-row")
    })

    it("opens the report: valid, by whom, in which role, when, with every check in words", async () => {
      const { page } = clerk
      await page.getByRole("link", { name: "報告を開く" }).click()
      const verdict = page.locator(".verdict")
      await verdict.waitFor()
      const text = await verdict.innerText()
      assert.match(text, /電子署名\s*有効/)
      assert.match(text, /医師 放射 太郎（試験用証明書）が/)
      const [, signed = ""] = /が\s*(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*に署名しました。/.exec(text) ?? []
      assert.ok(Math.abs(Date.parse(`${signed.replace(" ", "T")}+09:00`) - Date.now()) < 180_000, signed)
      assert.match(text, /タイムスタンプは \d\d:\d\d:\d\d。その後の改変はありません。/)
      assert.deepEqual(await page.locator(".tests li").allInnerTexts(), [
        "改変なし",
        "署名者は報告医本人",
        "医師資格（HPKI）",
        "署名時に失効なし",
        "タイムスタンプ",
        "発行元の確認",
        "センターの施設シール",
      ])
      await button(clerk, "詳しい検証結果").click()
      const tests = await page.locator(".test-list b").allInnerTexts()
      assert.ok(tests.length > 40)
      assert.deepEqual(
        tests.filter((name) => /^[a-z-]+$/.test(name)),
        [],
        "every test of the gateway has a name a person can read",
      )
      await button(clerk, "詳しい検証結果").click()
    })

    it("reads its text, sees the key image, and opens the signed PDF", async () => {
      const { page } = clerk
      const paper = await page.locator(".paper").innerText()
      for (const words of [
        "山田 太郎",
        "頭痛と嘔吐。",
        FINDINGS,
        "頭蓋内に占拠性病変を認めません。",
        "第1版（確定）",
      ])
        assert.ok(paper.includes(words), words)
      const sizes = await page.evaluate(
        "[...document.querySelectorAll('.doc-keys img')].map((one) => one.naturalWidth)",
      )
      assert.deepEqual(sizes, [256])
      await pictures(clerk, "report", ".verdict")
      const [pdf] = await Promise.all([
        page.context().waitForEvent("response", (response) => response.url().endsWith("/pdf")),
        page.getByRole("link", { name: "PDF" }).click(),
      ])
      assert.equal(pdf.status(), 200)
      assert.equal(pdf.headers()["content-type"], "application/pdf")
    })

    it("receives the report; the radiologist's page shows it by itself", async () => {
      const asked = reader.requests.length
      await button(clerk, "受領する").click()
      await reader.page.locator('li[data-step="acknowledged"][data-s="done"]').waitFor({ timeout: 10_000 })
      await clerk.page
        .locator(".acks")
        .getByText(new RegExp(`${CLERK.name}\\s+\\d\\d:\\d\\d`))
        .waitFor()
      const reloads = reader.requests.slice(asked).filter((one) => one.url().includes("/api/cases/"))
      assert.ok(reloads.length > 0)
      assert.ok(
        reloads.every((one) => one.headers()["x-background"] === "true"),
        "what the page asks by itself keeps nobody logged in",
      )
    })
  })

  describe("a correction", () => {
    it("needs its reason, begins with the signed text, and is signed as version 2", async () => {
      const { page } = reader
      await page.goto(`${road.site.centerOrigin}/#/read/${requestId}`)
      await until("quality", "full")
      assert.equal(await page.locator(".b-findings textarea").inputValue(), FINDINGS)
      await button(reader, "追記・訂正").click()
      await page.locator("input[name=reason]").fill(REASON)
      await button(reader, "訂正を始める").click()
      assert.equal(await page.locator(".b-correctionReason textarea").inputValue(), REASON)
      await page.locator(".b-impression textarea").fill(CORRECTED)
      await button(reader, "確認した").click()
      await button(reader, "署名へ進む").click()
      await page.getByText("凍結済み 版 2").waitFor()
      assert.match(await page.locator(".frozen").innerText(), new RegExp(`${REASON}[\\s\\S]*${CORRECTED}`))
      await page.locator(".confirm").click()
      await page.locator("input[name=pin]").fill(PIN)
      await button(reader, "署名する").click()
      await page.locator('li[data-step="sent"][data-s="done"]').waitFor()
      assert.equal(
        await page.locator('li[data-step="acknowledged"]').getAttribute("data-s"),
        "now",
        "what the hospital did with version 1 says nothing of version 2",
      )
    })

    it("appears at the hospital by itself, says why, and marks version 1 as replaced", async () => {
      const { page } = clerk
      await page.getByText("この報告は訂正版です（第2版）。").waitFor()
      assert.match(await page.locator(".paper").innerText(), new RegExp(`${REASON}[\\s\\S]*${CORRECTED}`))
      assert.deepEqual(
        (await page.locator(".way-ver li").allInnerTexts()).map((text) =>
          text.replaceAll(/\s+/g, " ").replaceAll(/\d\d:\d\d/g, "T"),
        ),
        [
          `第2版 訂正 T・有効・${READER.name}・表示中`,
          `第1版 確定 T・有効・${READER.name}・第2版に差し替え 受領：${CLERK.name} T 第1版を見る`,
        ],
      )
      await pictures(clerk, "report-corrected", ".verdict")
      await button(clerk, "受領する").click()
      await reader.page.locator('li[data-step="acknowledged"][data-s="done"]').waitFor({ timeout: 10_000 })
    })
  })

  describe("an addendum", () => {
    it("is offered beside a correction, and written with the report before one's eyes", async () => {
      const { page } = reader
      await page.goto(`${road.site.centerOrigin}/#/read/${requestId}`)
      await until("quality", "full")
      await everySize(reader, "amend", ".viewport", () => amendOpen(reader))
      await amendOpen(reader)
      await page.locator(".amend").getByText("報告書に誤りはなく").waitFor()
      await button(reader, "追記を書く").click()
      assert.match(
        await page.locator(".signed-doc").innerText(),
        new RegExp(`報告書 第2版[\\s\\S]*${REASON}[\\s\\S]*${CORRECTED}`),
      )
      await page.locator(".b-addendum textarea").fill(ADDED)
      await page.locator('[data-draft="saved"]').waitFor()
      await everySize(reader, "addendum-write", ".b-addendum")
      await button(reader, "確認した").click()
      await button(reader, "署名へ進む").click()
      await page.getByText("凍結済み 版 1").waitFor()
      await page.locator('[data-sheet="drawn"]').waitFor()
      assert.match(await page.locator(".frozen").innerText(), new RegExp(ADDED))
      await picture(reader, "addendum-sign-ja")
      await page.locator(".confirm").click()
      await page.locator("input[name=pin]").fill(PIN)
      await button(reader, "署名する").click()
      await page.locator('li[data-step="sent"][data-s="done"]').waitFor()
    })

    it("comes up at the hospital behind its report, and is received for itself", async () => {
      const { page } = clerk
      await page.getByText("追記 1 が届きました。").waitFor()
      const sheets = await page.locator(".papers .paper").allInnerTexts()
      assert.equal(sheets.length, 2)
      assert.match(sheets[0] ?? "", new RegExp(CORRECTED))
      assert.match(sheets[1] ?? "", new RegExp(`報告書 第2版への追記[\\s\\S]*${ADDED}`))
      await everySize(clerk, "report-appended", ".verdict")
      await page.goto(`${road.site.edgeOrigin}/#/staff`)
      await page.locator(".sl-row", { hasText: "追記が届きました" }).waitFor()
      await everySize(clerk, "staff-appended", ".sl-row")
      await page.getByRole("link", { name: "追記を開く" }).click()
      await button(clerk, "受領する").click()
      await reader.page.locator('li[data-step="acknowledged"][data-s="done"]').waitFor({ timeout: 10_000 })
      await page.getByText("追記 1 が届きました。").waitFor({ state: "detached" })
    })
  })

  describe("a study that came without a request", () => {
    const other = (): DemoStudy => makeStudy(join(road.site.dir, "other"), "T0042118")

    it("waits for one, and goes to the centre once the clerk has written it", async () => {
      const { page } = clerk
      await page.goto(`${road.site.edgeOrigin}/#/staff`)
      await sendStudy(road.site, other().files)
      const waiting = page.locator(".sl-row", { hasText: "依頼票を待っています" })
      await waiting.getByRole("button", { name: "依頼票を書く" }).click()
      assert.equal(await page.locator("input[name=patientName]").inputValue(), "山田 太郎")
      assert.equal(await page.locator("input[name=PatientID]").inputValue(), "T0042118")
      await page.getByRole("radio", { name: "至急" }).click()
      for (const [name, text] of Object.entries(WRITTEN)) await page.locator(`[name=${name}]`).fill(text)
      await page.getByText("送信できます").waitFor()
      await picture(clerk, "request-form-ja")
      await button(clerk, "English").click()
      await picture(clerk, "request-form-en")
      await button(clerk, "日本語").click()
      await button(clerk, "確認して送る").click()
      await picture(clerk, "request-check-ja")
      await button(clerk, "この内容で送る").click()
      await page.getByRole("link", { name: "一覧へ" }).last().click()
      await page.locator(".sl-row", { hasText: "報告書を待っています" }).getByText("至急").waitFor()
      await picture(clerk, "staff-two-ja")
    })

    it("comes up in the radiologist's list with what the clerk wrote", async () => {
      const { page } = reader
      await page.goto(`${road.site.centerOrigin}/#/worklist`)
      const open = page.locator(".wl-case", { hasText: "至急" })
      await open.getByText(`頭痛。${WRITTEN.purpose}`).waitFor()
      await open.getByText("検証済").waitFor()
    })
  })

  describe("what goes wrong", () => {
    it("says that the gateway is gone, keeps what was shown, and recovers by itself", async () => {
      const { page } = clerk
      await page.goto(`${road.site.edgeOrigin}/#/staff`)
      await page.locator(".sl-row").first().waitFor()
      await road.stop("edge")
      await page.getByText("オフライン", { exact: true }).waitFor()
      assert.equal(await page.locator(".sl-row").count(), 2)
      await picture(clerk, "offline-ja")
      await road.start("edge")
      await page.locator(".banner").waitFor({ state: "detached" })
    })

    it("leaves nothing of the patient in caches, databases, storages or the address", async () => {
      for (const tablet of [reader, clerk]) {
        const kept = await tablet.kept()
        assert.match(kept, /dokuei-shell/, "the shell itself is kept")
        for (const words of [
          "山田",
          "太郎",
          "やまだ",
          "Yamada",
          study.PatientID,
          study.StudyInstanceUID,
          FINDINGS,
        ])
          assert.equal(kept.includes(words), false, words)
        assert.doesNotMatch(kept.replaceAll(/":[^\n]*/g, ""), /\/api\/|\/dicomweb\//)
      }
    })

    it("ends the session of somebody who left, although the busy list reloads by itself", async () => {
      const { page } = clerk
      await button(clerk, "ログアウト").click()
      await pictures(clerk, "login", ".gate-card")
      await road.stop("edge")
      road.configure("edge", (config) => (config.desk.idle = IDLE))
      await road.start("edge")
      await page.reload()
      await button(clerk, "パスキーでログイン").click()
      await page.getByText(/あと \d秒で自動的にログアウトします。/).waitFor()
      await picture(clerk, "idle-ja")
      const asked = clerk.requests.length
      await road.request({ ...study, PatientID: "T0042119", StudyInstanceUID: "2.25.42119" })
      await page.locator(".sl-row").nth(2).waitFor()
      const reloads = clerk.requests.slice(asked).filter((one) => one.url().endsWith("/api/requests"))
      assert.ok(reloads.length > 0 && reloads.every((one) => one.headers()["x-background"] === "true"))
      await page.getByText("操作がなかったか、ほかで終了したため、ログアウトしました。").waitFor()
      assert.equal(await page.evaluate(`fetch("/api/requests").then((answer) => answer.status)`), 401)
      await picture(clerk, "ended-ja")
    })

    it("never broke the content security policy, nor complained, in all this", async () => {
      await clerk.close()
      await reader.close()
    })
  })
})
