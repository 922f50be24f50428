import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import {
  appendedDetail,
  acknowledgedDetail,
  CLERK,
  lapsedItems,
  reportDetail,
  SEAL,
  SERVER_TIME,
  signature,
  STAFF_ITEMS,
} from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { staff, visit } from "./open-desk.ts"
import { buttonFaults, cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const POLICIES = [
  { policy: "1.2.3", name: "遠隔読影への同意" },
  { policy: "1.2.4", name: "症例検討への利用を含む同意" },
]
const NO_REPORT = { report: null, signature: null, seal: null, versions: [], earlier: [] }

describe("the staff desk", function () {
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
  beforeEach(() => staff(server))
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (hash: string, landmark: string, locale = "ja-JP"): Promise<Page> => {
    opened = await openPage(browser, { width: 1366, height: 960, locale })
    await visit(opened.page, server, hash, landmark)
    return opened.page
  }

  it("is light, and lists what came by urgency under the stations of the way", async () => {
    const page = await open("", ".sl-row")
    assert.equal(await page.locator("body").getAttribute("data-theme"), "light")
    const badges = await page.locator(".sl-row .badge").allInnerTexts()
    assert.deepEqual(badges.slice(0, 5), ["緊急", "緊急", "至急", "至急", "通常"])
    const heads = await page.locator(".sl-way span").allInnerTexts()
    assert.deepEqual(heads, ["受信", "送信", "到着", "読影", "報告", "受領", "既読", "対応済"])
  })

  it("lines every row's stations up under the head, like a timetable", async () => {
    const page = await open("", ".sl-row")
    const apart = await page.evaluate(`(() => {
      const middle = (e) => { const b = e.getBoundingClientRect(); return b.left + b.width / 2 }
      const heads = [...document.querySelectorAll(".sl-way span")].map(middle)
      return Math.max(...[...document.querySelectorAll(".sl-row .way")].flatMap((way) =>
        [...way.children].map((stop, index) => Math.abs(middle(stop) - heads[index]))))
    })()`)
    assert.ok(Number(apart) < 1, `${String(apart)} px apart`)
  })

  it("asks one thing of each row, and sends only when told", async () => {
    server.answer("POST /api/requests/0124/release", {})
    const page = await open("", ".sl-row")
    const row = page.locator("[data-request='0124']")
    assert.equal(await row.locator("button, a").count(), 1)
    await row.getByRole("button", { name: "送信する" }).click()
    await server.wasAsked("POST /api/requests/0124/release")
  })

  it("says in words what stands still, what is safe and what to do", async () => {
    const page = await open("", ".sl-row")
    await page.locator("[data-request='0121']").getByRole("link", { name: "対処を見る" }).click()
    await page.getByRole("heading", { name: "送信が止まっています" }).waitFor()
    await page.getByText("画像は院内に安全に保管されています。失われません。").waitFor()
    await page.getByText("回線が戻ると自動で送ります。").waitFor()
    await page.getByText("ERR_SUBMISSION_UNREACHABLE").waitFor()
  })

  const EARLY = {
    version: 1,
    cameAt: "2026-11-25T05:02:00Z",
    writtenAt: "2026-11-25T05:00:00Z",
    readerName: "見本 灯",
    findings: "左後頭葉に低吸収域を認めます。",
    impression: "出血を認めません。取り急ぎ。",
    seal: SEAL,
    isReplaced: false,
    isChanged: false,
  }

  it("shows a preliminary report in amber, as what nobody has signed, and asks nobody to receive it", async () => {
    const notices = [{ code: "preliminary" as const, reason: null, at: EARLY.cameAt }]
    const detail = {
      ...reportDetail("valid"),
      ...NO_REPORT,
      way: STAFF_ITEMS[0]!.way,
      verdict: null,
      action: null,
      reportId: null,
      notices,
      preliminaries: [EARLY],
    }
    server.answer("GET /api/requests", {
      items: [{ ...detail, requestId: "early" }],
      serverTime: SERVER_TIME,
    })
    server.answer("GET /api/requests/early", { ...detail, requestId: "early" })
    const page = await open("", ".sl-row")
    const row = page.locator("[data-request=early]")
    if (process.env.DOKUEI_SCREENS !== undefined)
      await page.screenshot({ path: `${process.env.DOKUEI_SCREENS}/preliminary-list.png` })
    assert.match(await row.innerText(), /仮報告が届いています/)
    await row.getByRole("link", { name: "仮報告を開く" }).click()
    await page.locator("[data-preliminary='1']").waitFor()
    const sheet = await page.locator(".paper.doc").innerText()
    assert.match(sheet, /まだ誰も署名していません[^]*（仮報告）[^]*取り急ぎ/)
    const verdict = page.locator(".verdict")
    assert.match((await verdict.getAttribute("class")) ?? "", /v-wait/)
    assert.match(await verdict.innerText(), /署名なし[^]*施設シール[^]*後に続き/)
    assert.equal(await page.locator("[data-acknowledge]").count(), 0)
    assert.equal(
      await page.getByRole("link", { name: "仮報告の PDF" }).getAttribute("href"),
      "/api/requests/early/preliminary/1/pdf",
    )
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/preliminary-staff.png` })
    assert.deepEqual(await cutText(page, "main *:not(.vh)"), [])
  })

  it("says that the report differs from the preliminary one that was read before it", async () => {
    const changed = { ...EARLY, isReplaced: true, isChanged: true }
    server.answer("GET /api/requests/valid", {
      ...reportDetail("valid"),
      notices: [{ code: "preliminary-changed", reason: null }],
      preliminaries: [changed],
    })
    const page = await open("#/staff/valid", ".verdict")
    assert.match(await page.locator(".banner-warn").first().innerText(), /仮報告から変更あり/)
    assert.match(await page.locator("[data-preliminary='1']").innerText(), /仮報告から変更あり/)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/preliminary-changed.png` })
    assert.deepEqual(await cutText(page, "main *:not(.vh)"), [])
  })

  const WORDS = {
    valid: [
      "有効",
      "医師 見本 灯（HPKI 医師資格）が 2026-11-25 14:12:05 に署名しました。タイムスタンプは 14:12:09。",
    ],
    "valid-pending": ["有効・確認待ち", "タイムスタンプの確認を待っています。"],
    indeterminate: ["確認できません", "改変は見つかっていません。"],
    invalid: ["無効", "この内容を診療に使わないでください。"],
  } as const

  for (const outcome of ["valid", "valid-pending", "indeterminate", "invalid"] as const)
    it(`tells the verdict "${WORDS[outcome][0]}" by word, sign and sentence`, async () => {
      const page = await open(`#/staff/${outcome}`, ".verdict")
      assert.equal(await page.locator(".verdict-top b").innerText(), WORDS[outcome][0])
      assert.equal(await page.locator(".verdict-top .seal svg").count(), 1)
      assert.ok((await page.locator(".verdict-text").innerText()).includes(WORDS[outcome][1]))
      assert.deepEqual(await cutText(page, ".verdict, .verdict *:not(.vh), .pt, .doc-pt span"), [])
    })

  it("hides an invalid report until the warning is understood, and never lets it be printed or accepted", async () => {
    const page = await open("#/staff/invalid", ".verdict")
    assert.equal(await page.getByText("左PCA領域").count(), 0)
    assert.equal(await page.getByRole("button", { name: "印刷" }).count(), 0)
    assert.equal(await page.getByRole("button", { name: "受領する" }).count(), 0)
    assert.equal(await page.getByRole("link", { name: "PDF" }).count(), 0)
    await page.getByRole("button", { name: "警告を理解して表示" }).click()
    await page.getByText("左PCA領域").first().waitFor()
    assert.equal(await page.getByText("電子署名済").count(), 0)
    await page.emulateMedia({ media: "print" })
    assert.equal(await page.getByText("左PCA領域").first().isVisible(), false)
  })

  it("marks the sheet of a report that cannot be checked yet, and lets nobody take it away or receive it", async () => {
    const page = await open("#/staff/indeterminate", ".verdict")
    await page.getByText("左PCA領域").first().waitFor()
    assert.match(await page.locator(".doc-mark").innerText(), /まだ確かめられません/)
    assert.equal(await page.getByText("電子署名済").count(), 0)
    assert.equal(await page.getByRole("link", { name: "PDF" }).count(), 0)
    assert.equal(await page.getByRole("button", { name: "受領する" }).count(), 0)
    await page.getByText("署名が確かめられると受領できます").waitFor()
    await page.emulateMedia({ media: "print" })
    assert.equal(await page.locator(".doc-mark").isVisible(), true)
  })

  it("says of a deletion certificate whether it names what was sent, submission by submission", async () => {
    const page = await open("#/staff/acknowledged", ".verdict")
    await page.getByText("197件すべてと一致").waitFor()
    await page.getByText("送ったのに記載なし 1件").waitFor()
    assert.deepEqual(await cutText(page, "aside *:not(.vh)"), [])
  })

  it("keeps the certificates on a page of their own, when the requests are no longer listed", async () => {
    const [images] = acknowledgedDetail().deletions
    server.answer("GET /api/certificates", { items: [{ ...images, what: "texts" }, images] })
    const page = await open("#/certificates", "[data-certificate]")
    assert.equal(await page.locator("[data-certificate]").count(), 2)
    await page.getByText("センターの依頼・報告書 199件を消去しました").waitFor()
    assert.deepEqual(await cutText(page, "main *:not(.vh)"), [])
  })

  it("lets a clerk close what the centre could not read in time, and is told before", async () => {
    server.answer("GET /api/requests", { items: lapsedItems(), serverTime: SERVER_TIME })
    server.answer("POST /api/requests/gone/close", {})
    const page = await open("", ".sl-row")
    await page.getByText("未読影のまま画像消去").waitFor()
    await page.getByText("2026-11-26 14:00 にセンターの画像を消去します").waitFor()
    await page.getByRole("button", { name: "終了する" }).click()
    await server.wasAsked("POST /api/requests/gone/close")
    assert.deepEqual(await cutText(page, ".sl-row .state b, .sl-row .state small"), [])
  })

  it("saves the report with all its evidence by one click", async () => {
    const page = await open("#/staff/valid", "[data-evidence]")
    server.answer("GET /api/requests/valid/evidence", {})
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("[data-evidence]").click(),
    ])
    assert.equal(download.suggestedFilename(), "dokuei-evidence.zip")
    assert.deepEqual(await cutText(page, ".documents *:not(.vh)"), [])
  })

  it("prints the sheet alone, with who printed it", async () => {
    const page = await open("#/staff/valid", ".verdict")
    await page.emulateMedia({ media: "print" })
    assert.equal(await page.getByText("左PCA領域").first().isVisible(), true)
    assert.equal(await page.getByText(/印刷：放射線科受付\u3000窓口 三奈/).isVisible(), true)
    assert.equal(await page.locator(".apphead, .study-header, .verdict").first().isVisible(), false)
  })

  it("says of a report that came unsigned, by agreement, that it did, beside it and on the sheet", async () => {
    const detail = reportDetail("valid")
    const none = signature("unsigned")
    const report = {
      ...detail.report!,
      documents: ["pdf"] as const,
      findings: "",
      impression: "",
      keyImages: 0,
      captions: [],
    }
    server.answer("GET /api/requests/valid", {
      ...detail,
      verdict: "unsigned",
      signature: none,
      seal: none,
      report,
    })
    const page = await open("#/staff/valid", ".verdict")
    assert.match(
      await page.locator(".verdict").innerText(),
      /電子署名\s+なし（合意による）[\s\S]*覚書 第3条[\s\S]*署名なし（合意による）\s+暗号化なし（合意による）/,
    )
    assert.match(
      await page.locator(".doc").innerText(),
      /電子署名はありません（合意による）[\s\S]*報告書の本文は PDF にあります。/,
    )
    assert.deepEqual(await page.locator(".documents a").allInnerTexts(), ["PDF"])
    assert.equal(await page.getByText("センターに通知済み").count(), 0)
    assert.equal(await page.getByRole("button", { name: "受領する" }).isEnabled(), true)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/unsigned-report.png` })
    await page.getByRole("button", { name: "詳しい検証結果" }).click()
    assert.deepEqual(await cutText(page, ".verdict-detail *:not(.vh)"), [])
    if (folder !== undefined) await page.screenshot({ path: `${folder}/unsigned-detail.png`, fullPage: true })
  })

  it("shows a document of another make as one text under one heading, and nothing of its markup", async () => {
    const detail = reportDetail("valid")
    const none = signature("unsigned")
    const report = {
      ...detail.report!,
      documents: ["cda"] as const,
      findings: "Technique\nT2 axial.\n\nFindings\nA mass of 12 mm < 15 mm. <img src=x>\nSize\u300012 mm",
      impression: "",
      keyImages: 0,
      captions: [],
    }
    server.answer("GET /api/requests/valid", {
      ...detail,
      verdict: "unsigned",
      signature: none,
      seal: none,
      report,
    })
    const page = await open("#/staff/valid", ".verdict")
    const sheet = await page.locator(".doc").innerText()
    assert.match(
      sheet,
      /文書の内容\s+Technique\s+T2 axial\.\s+Findings\s+A mass of 12 mm < 15 mm\. <img src=x>/,
    )
    assert.doesNotMatch(sheet, /^(所見|診断)$/m)
    assert.equal(await page.locator(".doc img[src=x]").count(), 0)
    assert.deepEqual(await page.locator(".documents a").count(), 1)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/foreign-text.png` })
  })

  it("shows every single test with the gateway's own words", async () => {
    const page = await open("#/staff/valid", ".verdict")
    await page.getByRole("button", { name: "詳しい検証結果" }).click()
    await page.getByText("センターの施設シール（HPKI 署名ではない）").waitFor()
    assert.equal(
      await page.locator(".test-list li").count(),
      signature("valid").tests.length + SEAL.tests.length,
    )
    await page.getByText("CN=Test HPKI Signature CA").waitFor()
    assert.deepEqual(await cutText(page, ".verdict-detail *:not(.vh)"), [])
  })

  it("lets a fresh check overrule what the list said, for the worse too", async () => {
    server.answer("GET /api/reports/rep-valid/verification", { signature: signature("invalid"), seal: SEAL })
    const page = await open("#/staff/valid", ".verdict")
    await page.getByRole("button", { name: "再確認" }).click()
    await page.getByText("無効", { exact: true }).waitFor()
    assert.equal(await page.getByText("左PCA領域").count(), 0)
  })

  it("acknowledges, and shows when the centre has seen it and what it destroyed", async () => {
    const page = await open("#/staff/valid", ".verdict")
    server.handlers.set("POST /api/requests/valid/acknowledge", () => {
      server.answer("GET /api/requests/valid", acknowledgedDetail())
      return { json: {} }
    })
    await page.getByRole("button", { name: "受領する" }).click()
    await page.locator(".acks").getByText("窓口 三奈　14:15").waitFor()
    assert.match(await page.locator(".acks").innerText(), /センターに通知済み\s+14:16/)
    await page.getByText("センターの画像 199件を消去しました。").waitFor()
  })

  it("says that a corrected report replaces an earlier one", async () => {
    const detail = reportDetail("valid")
    const corrected = { ...detail, report: { ...detail.report!, status: "corrected" } }
    server.answer("GET /api/requests/valid", corrected)
    const page = await open("#/staff/valid", ".verdict")
    await page.getByText("この報告は訂正版です（第2版）。").waitFor()
  })

  it("marks the sheet of an addendum whose report's signature was found not to hold", async () => {
    const detail = appendedDetail()
    const addenda = detail.addenda.map((each) => {
      const { addendum, ...report } = each.report
      return addendum === undefined
        ? each
        : { ...each, report: { ...report, addendum: { ...addendum, fallen: true } } }
    })
    server.answer("GET /api/requests/appended", { ...detail, addenda })
    const page = await open("#/staff/appended", ".verdict")
    const marks = page.locator(".papers .paper [data-fallen]")
    await marks.first().waitFor()
    assert.equal(await marks.count(), 2)
    assert.match(await marks.first().innerText(), /第1版）の署名は、無効と判定されました/)
  })

  it("shows a report with its addenda in their order, each with its signature and its own receipt", async () => {
    const page = await open("#/staff/appended", ".verdict")
    await page.getByText("追記 2 が届きました。").waitFor()
    const sheets = await page.locator(".papers .paper").allInnerTexts()
    assert.deepEqual(
      sheets.map((text) => /左PCA領域|頭部CTが届きました|MRI を追加/.exec(text)?.[0]),
      ["左PCA領域", "頭部CTが届きました", "MRI を追加"],
    )
    assert.match(await page.locator("[data-written-to='1']").innerText(), /その後、第2版に差し替え/)
    assert.equal(await page.locator(".doc-tab[aria-pressed='true']").innerText(), "追記 2")
    assert.equal(await page.getByRole("button", { name: "受領する" }).count(), 1)
    const received: unknown[] = []
    server.handlers.set("POST /api/requests/appended/acknowledge", ({ body }) => {
      received.push(body)
      return { json: {} }
    })
    await page.getByRole("button", { name: "受領する" }).click()
    await page.locator("[data-acknowledge][disabled]").waitFor({ state: "detached" })
    assert.deepEqual(received, [{ reportIds: ["rep-addendum-2"] }])
    await page.locator("[data-choose='rep-valid']").click()
    assert.equal(await page.locator(".doc-tab[aria-pressed='true']").innerText(), "報告書 第2版")
    await page.getByText("署名の対象ではない文書").waitFor()
    assert.deepEqual(await buttonFaults(page), [])
    await page.emulateMedia({ media: "print" })
    assert.equal(
      await page
        .locator(".papers .paper")
        .evaluateAll((all) => all.filter((e) => e.checkVisibility()).length),
      3,
    )
  })

  it("lets an earlier version be read, marked as replaced, with who received it, and be acted upon no more", async () => {
    const page = await open("#/staff/valid", ".verdict")
    await page.getByText("受領：窓口 三奈 14:10").waitFor()
    await page.getByRole("button", { name: "第1版を見る" }).click()
    await page.getByText("右PCA領域の脳梗塞。").waitFor()
    assert.match(await page.locator(".doc-mark").innerText(), /第1版は第2版に差し替えられました/)
    assert.equal(await page.getByRole("button", { name: "受領する" }).count(), 0)
    assert.deepEqual(await buttonFaults(page), [])
    await page.getByRole("button", { name: "2版を開く" }).click()
    await page.getByText("左PCA領域").first().waitFor()
  })

  it("marks a certificate made for tests in the list, in the verdict and on the sheet", async () => {
    server.answer("GET /api/requests/valid", { ...reportDetail("valid"), testCertificate: true })
    const page = await open("", ".sl-row")
    assert.equal(await page.locator("[data-test-certificate]").count(), 1)
    await page.goto(`${server.origin}/#/staff/valid`)
    await page.locator(".verdict-test").waitFor()
    assert.match(await page.locator(".verdict-text").innerText(), /試験用証明書/)
    assert.match(await page.locator(".doc-mark").innerText(), /試験用証明書/)
  })

  it("says on the sheet that its study was taken back, and sends a refused notice of it once more", async () => {
    server.answer("POST /api/requests/valid/retry", {})
    server.answer("GET /api/requests/valid", {
      ...reportDetail("valid"),
      action: "see-failure",
      recall: { by: "窓口 三奈", at: "2026-11-25T05:30:00Z", reason: "別の患者の検査", toldCenterAt: null },
      notices: [
        { code: "recalled", reason: null, at: "2026-11-25T05:30:00Z" },
        { code: "recall-unconfirmed", reason: null },
        { code: "refused", reason: "ERR_SUBMISSION_UNVERIFIED ERR_CONTENT" },
      ],
    })
    const page = await open("#/staff/valid", ".doc")
    assert.match((await page.locator(".doc-mark").textContent()) ?? "", /送付が取り消されています/)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/recalled-report.png` })
    await page.getByRole("button", { name: "もう一度送る" }).click()
    await server.wasAsked("POST /api/requests/valid/retry")
  })

  it("shows what goes on failing where it is stuck, counts it, and tries again when told", async () => {
    const page = await open("", ".sl-row")
    const row = page.locator("[data-request='0127']")
    assert.match(await row.innerText(), /送信が遅れています[\s\S]*タイムスタンプを待っています。/)
    assert.equal(await row.locator("li[data-s=hold]").count(), 1)
    const item = STAFF_ITEMS.find(({ requestId }) => requestId === "0127")!
    server.answer("GET /api/requests/0127", { ...reportDetail("valid"), ...item, ...NO_REPORT })
    server.answer("POST /api/requests/0127/retry", {})
    await row.getByRole("link", { name: "対処を見る" }).click()
    await page.getByText("自動でやり直します。待つだけで構いません。").waitFor()
    await page.getByRole("button", { name: "今すぐやり直す" }).click()
    await server.wasAsked("POST /api/requests/0127/retry")
  })

  it("says when it was checked once more", async () => {
    const page = await open("#/staff/valid", ".verdict")
    server.answer("GET /api/reports/rep-valid/verification", { signature: signature("valid"), seal: SEAL })
    await page.getByRole("button", { name: "再確認" }).click()
    await page.getByText(/2026-11-25 \d\d:\d\d:\d\d に再確認しました/).waitFor()
  })

  it("asks whether the patient has agreed before images leave, names who says so, and sends", async () => {
    const item = { ...STAFF_ITEMS.find(({ requestId }) => requestId === "0124")!, consentMissing: POLICIES }
    server.answer("GET /api/requests", { items: [item], serverTime: SERVER_TIME })
    server.answer("GET /api/requests/0124", { ...reportDetail("valid"), ...item, ...NO_REPORT })
    server.answer("POST /api/requests/0124/consent", {})
    server.answer("POST /api/requests/0124/release", {})
    const page = await open("", ".sl-row")
    assert.equal(
      await page.locator(".sl-row").getByRole("button").count(),
      0,
      "nothing is sent from the list",
    )
    await page.getByRole("link", { name: "同意を確認" }).click()
    await page.getByRole("heading", { name: "患者の同意" }).waitFor()
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/consent-request.png` })
    await page.getByRole("button", { name: "「遠隔読影への同意」を確認して送信" }).click()
    await server.wasAsked("POST /api/requests/0124/release")
    const posted = server.asked
      .filter(({ method }) => method === "POST")
      .map(({ path, body }) => [path, body])
    assert.deepEqual(posted, [
      ["/api/requests/0124/consent", { policy: "1.2.3" }],
      ["/api/requests/0124/release", {}],
    ])
  })

  it("asks for the patient's number at a repository before images leave, and once more when it was not known there", async () => {
    const item = { ...STAFF_ITEMS.find(({ requestId }) => requestId === "0124")!, affinityPatientId: "" }
    server.answer("GET /api/requests", { items: [item], serverTime: SERVER_TIME })
    server.answer("GET /api/requests/0124", { ...reportDetail("valid"), ...item, ...NO_REPORT })
    for (const act of ["patient", "release", "retry"]) server.answer(`POST /api/requests/0124/${act}`, {})
    const page = await open("", ".sl-row")
    await page.getByRole("link", { name: "患者番号を入力" }).click()
    await page.getByRole("heading", { name: "地域連携の患者番号" }).waitFor()
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/affinity-request.png` })
    const failed = { ...item, action: "see-failure", affinityPatientId: "RHIO-77" } as const
    server.answer("GET /api/requests/0124", { ...reportDetail("valid"), ...failed, ...NO_REPORT })
    await page.getByLabel("地域連携の患者番号").last().fill(" RHIO-77 ")
    await page.getByRole("button", { name: "この番号で送信" }).click()
    await server.wasAsked("POST /api/requests/0124/release")
    await page.locator("#affinityPatientId").fill("RHIO-78")
    await page.getByRole("button", { name: "この番号で送信" }).click()
    await server.wasAsked("POST /api/requests/0124/retry")
    const posted = server.asked
      .filter(({ method }) => method === "POST")
      .map(({ path, body }) => [path, body])
    assert.deepEqual(posted, [
      ["/api/requests/0124/patient", { PatientID: "RHIO-77" }],
      ["/api/requests/0124/release", {}],
      ["/api/requests/0124/patient", { PatientID: "RHIO-78" }],
      ["/api/requests/0124/retry", {}],
    ])
  })

  it("asks for the consent in the request form, only where the reading centre wants one", async () => {
    const quiet = await open("#/request/new", ".form")
    assert.equal(await quiet.getByText("患者の同意").count(), 0)
    await opened.context.close()
    const agreements = CLERK.agreements.map((each) => ({ ...each, consentPolicies: POLICIES }))
    server.answer("GET /api/session", { ...CLERK, agreements })
    const page = await open("#/request/new", ".form")
    const waits = page.getByText("確認するまで画像は送信されません")
    await waits.first().waitFor()
    assert.equal(await waits.count(), 2, "at the choice, and beside what will be sent")
    await page.getByRole("radio", { name: "遠隔読影への同意" }).click()
    await page.getByText("あなたが確認者として記録されます").waitFor()
    assert.equal(await waits.count(), 0)
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/consent-form.png` })
    assert.deepEqual(await cutText(page, ".form .seg *"), [])
  })

  it("asks for the number at a repository in the request form, only where its registry has numbers of its own", async () => {
    const quiet = await open("#/request/new", ".form")
    assert.equal(await quiet.getByLabel("地域連携の患者番号").count(), 0)
    await opened.context.close()
    const agreements = CLERK.agreements.map((each) => ({ ...each, affinityNumbers: true }))
    server.answer("GET /api/session", { ...CLERK, agreements })
    const page = await open("#/request/new", ".form")
    await page.getByLabel("地域連携の患者番号").fill("RHIO-77")
    await page.getByText("空欄なら前回の番号を使います").waitFor()
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/affinity-form.png` })
  })

  it("writes a request for a study without one: names what is missing, then sends all of it", async () => {
    const page = await open("", ".sl-row")
    await page
      .locator(".sl-row", { hasText: "CT 下肢" })
      .getByRole("button", { name: "依頼票を書く" })
      .click()
    await page.getByRole("heading", { name: "読影依頼票" }).waitFor()
    assert.equal(await page.getByLabel("患者 ID").inputValue(), "00-0045120")
    await page.getByRole("button", { name: "確認して送る" }).click()
    await page.getByText("あと 5項目：依頼医、診療科、臨床診断、読影の目的、問い合わせ電話").waitFor()
    await page.getByRole("radio", { name: "緊急" }).click()
    await page.getByLabel("診療科").fill("整形外科")
    await page.getByLabel("依頼医").fill("想定 一夫")
    await page.getByLabel("臨床診断").fill("骨折の疑い")
    await page.getByLabel("読影の目的").fill("骨折の有無")
    await page.getByLabel("問い合わせ電話").fill("内線 0119")
    server.answer("POST /api/requests", { requestId: "new" })
    await page.getByRole("button", { name: "確認して送る" }).click()
    await page.getByRole("heading", { name: "送る内容の確認" }).waitFor()
    assert.equal(server.asked.filter(({ method }) => method === "POST").length, 0, "nothing is sent unread")
    await page.getByRole("button", { name: "修正する" }).click()
    assert.equal(await page.getByLabel("読影の目的").inputValue(), "骨折の有無")
    await page.getByRole("button", { name: "確認して送る" }).click()
    await page.getByRole("button", { name: "この内容で送る" }).click()
    await page.getByText("依頼票を登録しました").waitFor()
    await page.getByRole("link", { name: "一覧へ" }).last().click()
    await page.waitForURL(/#\/staff$/)
    const sent = server.asked.find(({ method, path }) => method === "POST" && path === "/api/requests")
    const body = sent?.body as Record<string, unknown> & { request: Record<string, string> }
    assert.equal(body.urgency, "STAT")
    assert.equal(body.agreement, "kakuu")
    assert.match(String(body.StudyInstanceUID), /^2\.25\./)
    assert.match(String(body.requestNumber), /^RQ-20261125-1408\d\d$/)
    assert.equal(body.request.purpose, "骨折の有無")
  })

  it("knows after a reload which study the request is for, by the opaque id in the address", async () => {
    const page = await open("", ".sl-row")
    await page
      .locator(".sl-row", { hasText: "CT 下肢" })
      .getByRole("button", { name: "依頼票を書く" })
      .click()
    await page.getByRole("heading", { name: "読影依頼票" }).waitFor()
    await page.reload()
    await page.getByText("画像 640枚 受信済み").waitFor()
    assert.equal(await page.getByLabel("患者 ID").inputValue(), "00-0045120")
  })

  it("shows in the form when the request will be due", async () => {
    const page = await open("#/request/new", ".form")
    await page.getByText("期限 明日 14:08（契約により 24時間以内）").waitFor()
    await page.getByRole("radio", { name: "緊急" }).click()
    await page.getByText("期限 本日 15:08（契約により 1時間以内）").waitFor()
  })

  it("does not disturb an input method while it composes", async () => {
    const page = await open("#/request/new", ".form")
    await page.getByLabel("臨床診断").focus()
    const devtools = await opened.context.newCDPSession(page)
    await devtools.send("Input.imeSetComposition", { text: "こっせつ", selectionStart: 4, selectionEnd: 4 })
    assert.equal(await page.getByLabel("臨床診断").inputValue(), "こっせつ")
    await devtools.send("Input.insertText", { text: "骨折" })
    assert.equal(await page.getByLabel("臨床診断").inputValue(), "骨折")
    await page.getByText(/あと 6項目/).waitFor()
  })

  it("does not throw away what was typed at the first press", async () => {
    const page = await open("#/request/new", ".form")
    await page.getByLabel("臨床診断").fill("骨折の疑い")
    await page.getByRole("button", { name: "やめる" }).click()
    await page.getByText("閉じると、入力した内容は残りません").waitFor()
    await page.getByRole("button", { name: "消して閉じる" }).click()
    await page.waitForURL(/#\/staff$/)
  })

  it("shows what it has, with its age, when asking again fails", async () => {
    const page = await open("", ".sl-row")
    server.refuse("GET /api/requests", 500, "ERR_LEDGER")
    server.tell({ kind: "resync", requestId: null, at: SERVER_TIME })
    await page.getByText("表示は 14:08 のものです（0分前）").waitFor()
    assert.equal(await page.locator(".sl-row").count(), STAFF_ITEMS.length)
  })

  for (const [hash, landmark] of [
    ["", ".sl-row"],
    ["#/staff/valid", ".verdict"],
    ["#/request/new", ".form"],
  ] as const)
    it(`names every control of ${hash || "the list"} and makes each at least 44 pixels, in both languages`, async () => {
      const page = await open(hash, landmark)
      assert.deepEqual(await buttonFaults(page), [])
      await page.getByRole("button", { name: "English" }).click()
      await page.getByRole("button", { name: "日本語" }).waitFor()
      assert.deepEqual(await buttonFaults(page), [])
    })
})
