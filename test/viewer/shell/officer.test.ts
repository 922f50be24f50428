import assert from "node:assert/strict"
import type { Browser, Page } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { accounts, FINGERPRINT, OFFICER_AT } from "../fixtures/accounts.ts"
import { SERVER_TIME } from "../fixtures/desk.ts"
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
    server.answer("POST /api/accounts/confirmation", {
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
    const devtools = await opened.context.newCDPSession(page)
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

  it("says that nothing waits, that it cannot be read, and that what it shows is old", async () => {
    server.answer(VIEW, { accounts: [accounts.accounts[0]], serverTime: SERVER_TIME })
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
      await show("confirm")
      assert.deepEqual(await cutText(page, READ), [])
      const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
      assert.ok(Number(over) <= 0)
    })
})
