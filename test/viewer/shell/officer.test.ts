import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { accounts, DEVICES, FINGERPRINT, OFFICER_AT } from "../fixtures/accounts.ts"
import { DeskServer } from "./desk-server.ts"
import { ordinaryDay, visit } from "./open-desk.ts"
import { buttonFaults, cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const VIEW = "GET /api/accounts"
const READ = ".panel, .panel h2, .panel p, .panel dd, .badge, .btn, .acc-line span"
const PICTURES = process.env.DOKUEI_SCREENSHOTS

describe("the officer's page", function () {
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
    ordinaryDay(server, OFFICER_AT.staff)
    server.answer(VIEW, accounts)
    for (const act of ["confirm", "revoke", "lost"]) server.answer(`POST /api/accounts/${act}`, {})
    for (const about of ["", "device/"])
      server.answer(`POST /api/accounts/${about}confirmation`, {
        challenge: "c2l4dGVlbiBieXRlcyBvbiB0aGUgd2F5",
        rpId: "localhost",
        userVerification: "required",
        allowCredentials: [],
      })
  })
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const open = async (
    options: Parameters<typeof openPage>[1] = {},
    landmark = "[data-account]",
  ): Promise<Page> => {
    opened = await openPage(browser, { width: 1366, height: 900, ...options })
    await visit(opened.page, server, "#/staff", landmark)
    return opened.page
  }
  /** An officer's passkey, which answers by itself. */
  async function passkeyIn(page: Page): Promise<void> {
    const devtools = await page.context().newCDPSession(page)
    await devtools.send("WebAuthn.enable")
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    const { privateKey } = await crypto.subtle
      .generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])
      .then(async (pair) => ({
        privateKey: Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64"),
      }))
    await devtools.send("WebAuthn.addCredential", {
      authenticatorId,
      credential: {
        credentialId: Buffer.from("officer's").toString("base64"),
        isResidentCredential: true,
        rpId: "localhost",
        userHandle: Buffer.from("o1").toString("base64"),
        privateKey,
        signCount: 1,
      },
    })
  }

  const waiting = (page: Page) => page.locator("[data-waiting]")
  const reader = (page: Page) => page.locator("[data-account=hosha]")
  const sent = (path: string) => server.asked.find((asked) => asked.path === path)?.body

  it("shows what waits with all its facts, whatever the address says, and asks for nothing of a patient", async () => {
    const page = await open()
    const words = await waiting(page).innerText()
    assert.match(words, /放射 太郎[\s\S]*報告書の署名[\s\S]*医師[\s\S]*MedisSignCA2[\s\S]*4A6F3B20C19D/)
    assert.match(words, /2024-04-01 から 2029-03-31[\s\S]*5F0A 13C2/)
    assert.match(await reader(page).innerText(), /確認済み[\s\S]*取消済み/)
    const asked = new Set(server.asked.map(({ path }) => path))
    assert.deepEqual([...asked].filter((path) => path.startsWith("/api/")).sort(), [
      "/api/accounts",
      "/api/session",
    ])
  })

  it("confirms with a passkey, after the officer has said what was compared", async () => {
    const page = await open()
    await passkeyIn(page)
    await waiting(page).getByRole("button", { name: "照合して確認する" }).click()
    await page.getByText("放射 太郎 さんのものであることを").waitFor()
    assert.equal(sent("/api/accounts/confirmation"), undefined)
    await page.getByRole("button", { name: "パスキーで確認する" }).click()
    await server.wasAsked("POST /api/accounts/confirm")
    assert.deepEqual(sent("/api/accounts/confirmation"), { login: "hosha", fingerprint: FINGERPRINT })
    await page.locator("[data-ask]").waitFor({ state: "detached" })
  })

  it("takes away only with a reason, and says why where it is refused", async () => {
    const page = await open()
    await reader(page).getByRole("button", { name: "紛失" }).first().click()
    const form = page.locator("[data-ask=lost]")
    await form.getByRole("button", { name: "無効にする" }).click()
    await form.locator(".is-error").waitFor()
    assert.equal(sent("/api/accounts/lost"), undefined)
    await form.locator("textarea").fill("車内に置き忘れ")
    await form.getByRole("button", { name: "無効にする" }).click()
    await form.waitFor({ state: "detached" })
    const lost = { login: "hosha", passkey: "AbCdEfGhIjKlMn", reason: "車内に置き忘れ" }
    assert.deepEqual(sent("/api/accounts/lost"), lost)
    server.refuse("POST /api/accounts/revoke", 404, "ERR_NOT_FOUND")
    await reader(page).getByRole("button", { name: "取り消す" }).click()
    await page.locator("textarea").fill("退職")
    await page.locator("[data-ask=revoke] .btn-danger").click()
    await page.locator("[data-ask=revoke] [role=alert]").waitFor()
  })

  describe("devices", () => {
    const devices = (page: Page) => page.locator("officer-devices")
    const NEW = { id: "8d".repeat(16), code: "7GQ2-M4XK-9TBV", codeUntil: "2026-11-25T05:23:31.000Z" }

    it("stand with whose they are, how they stand, and what of their display was checked", async () => {
      const page = await open()
      const words = await devices(page).innerText()
      assert.match(words, /3 端末[\s\S]*登録した端末からだけ/)
      assert.match(words, /読影室タブレット 1[\s\S]*共用[\s\S]*モニタ確認 2027-03-31 まで[\s\S]*登録済み/)
      assert.match(words, /放射先生の iPad[\s\S]*放射 太郎[\s\S]*モニタ未確認/)
      assert.match(words, /当直室タブレット[\s\S]*モニタ確認の期限切れ 2026-09-30[\s\S]*コード入力待ち/)
      assert.doesNotMatch(words, /電車に置き忘れ/)
      await devices(page).getByText("無効にした 1 端末").click()
      await page.getByText("電車に置き忘れ").waitFor()
    })

    it("get a code by name, owner and day, which is shown until the device has used it", async () => {
      server.answer("POST /api/accounts/device", NEW)
      const page = await open()
      await passkeyIn(page)
      await devices(page).getByRole("button", { name: "端末を登録する" }).click()
      const form = page.locator("[data-ask=new-device]")
      await form.getByRole("button", { name: "端末コードを発行" }).click()
      await form.locator(".is-error").waitFor()
      assert.equal(sent("/api/accounts/device/confirmation"), undefined)
      await form.getByLabel("機器名").fill(" 第二読影室タブレット ")
      await form.getByLabel("使う人").selectOption("hosha")
      await form.getByLabel("読影用モニタの確認の期限").fill("2027-05-31")
      await form.getByRole("button", { name: "端末コードを発行" }).click()
      await page.getByText(NEW.code).waitFor()
      await page.getByText("14:23 まで、1回だけ使えます。").waitFor()
      assert.deepEqual(sent("/api/accounts/device/confirmation"), {
        label: "第二読影室タブレット",
        owner: "hosha",
        qualifiedUntil: "2027-05-31",
      })
      if (PICTURES !== undefined)
        await page.locator("officer-devices").screenshot({ path: `${PICTURES}/officer-code.png` })
      const used = { ...DEVICES[0]!, id: NEW.id, label: "第二読影室タブレット" }
      server.answer(VIEW, { ...accounts, devices: [...DEVICES, used] })
      await devices(page).dispatchEvent("changed")
      await page.locator("[data-code]").waitFor({ state: "detached" })
    })

    it("are taken away with a reason, and it is said where that is refused", async () => {
      server.refuse("POST /api/accounts/device/revoke", 404, "ERR_NOT_FOUND")
      const page = await open()
      const line = page.locator(`[data-device="${DEVICES[1]!.id}"]`)
      await line.getByRole("button", { name: "紛失" }).click()
      await line.getByRole("button", { name: "無効にする" }).click()
      await line.locator(".is-error").waitFor()
      await line.locator("textarea").fill("車内に置き忘れ")
      await line.getByRole("button", { name: "無効にする" }).click()
      await line.getByRole("alert").waitFor()
      server.answer("POST /api/accounts/device/revoke", {})
      await line.getByRole("button", { name: "無効にする" }).click()
      await line.locator("[data-ask]").waitFor({ state: "detached" })
      assert.deepEqual(sent("/api/accounts/device/revoke"), {
        id: DEVICES[1]!.id,
        reason: "車内に置き忘れ",
      })
    })

    it("are told of where there is none, and where any device will do", async () => {
      server.answer(VIEW, { ...accounts, devices: [], registeredDevices: false })
      const page = await open()
      await page.getByText("登録した端末はまだありません。").waitFor()
      await page.getByText("登録していない端末からもログインできます").waitFor()
    })
  })

  it("says that nothing waits, that it cannot be read, and that what it shows is old", async () => {
    server.answer(VIEW, { ...accounts, accounts: [accounts.accounts[0]] })
    const page = await open()
    await page.getByText("確認を待つ証明書はありません").waitFor()
    server.refuse(VIEW, 503, "ERR_LEDGER")
    await page.reload()
    await page.getByText("アカウントを取得できません").waitFor()
    server.answer(VIEW, accounts)
    await page.getByRole("button", { name: "再試行" }).click()
    await waiting(page).waitFor()
    server.handlers.set(VIEW, () => null)
    await page.reload()
    await page.getByText("アカウントを読み込んでいます").waitFor({ state: "attached" })
  })

  for (const [desk, width, locale] of [
    ["staff", 390, "ja-JP"],
    ["staff", 1920, "ja-JP"],
    ["reading", 820, "en-GB"],
    ["reading", 390, "en-GB"],
  ] as const)
    it(`cuts no text at ${width} px at the ${desk} desk, in ${locale}`, async () => {
      ordinaryDay(server, OFFICER_AT[desk])
      server.answer(VIEW, accounts)
      const page = await open({ width, locale })
      const show = (name: string) =>
        PICTURES === undefined
          ? null
          : page.screenshot({ path: `${PICTURES}/officer-${desk}-${width}-${name}.png`, fullPage: true })
      await show("list")
      assert.deepEqual(await cutText(page, READ), [])
      assert.deepEqual(await buttonFaults(page), [])
      await waiting(page).locator(".btn-primary").click()
      await page.locator("[data-ask=confirm]").waitFor()
      await page.locator("officer-devices .btn").first().click()
      await page.locator("[data-ask=new-device]").waitFor()
      await show("confirm")
      assert.deepEqual(await cutText(page, READ), [])
      const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
      assert.ok(Number(over) <= 0)
    })
})
