import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { Browser } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { nobody, READER } from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { reading, visit } from "./open-desk.ts"

const BUILD_MS = 180_000
const CHALLENGE = "c2l4dGVlbiBieXRlcyBvbiB0aGUgd2F5"

describe("logging in", function () {
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
  beforeEach(async () => {
    reading(server)
    server.answer("GET /api/session", nobody(READER))
    server.answer("POST /api/login/options", {
      challenge: CHALLENGE,
      rpId: "localhost",
      userVerification: "required",
    })
    server.answer("POST /api/enrol/options", { personName: "見本 灯", options: creationOptions() })
    server.handlers.set("POST /api/enrol", () => ({ json: READER }))
    server.handlers.set("POST /api/login", () => ({ json: READER }))
    opened = await openPage(browser)
  })
  afterEach(async () => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
    await opened.context.close()
  })

  const creationOptions = (): object => ({
    challenge: CHALLENGE,
    rp: { id: "localhost", name: "Dokuei" },
    user: { id: "cjE", name: "akari", displayName: "見本 灯" },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    attestation: "none",
  })

  /** @param verified does the person pass face, fingerprint or PIN? */
  async function authenticator(verified: boolean): Promise<void> {
    const devtools = await opened.context.newCDPSession(opened.page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: verified,
        automaticPresenceSimulation: true,
      },
    })
  }

  it("enrols a device with a one-time code, then logs in with the passkey it made", async () => {
    await authenticator(true)
    const { page } = opened
    await visit(page, server, "#/enrol/AB-CD", ".gate-card .btn-primary")
    await page.getByText("見本 灯 さんの端末として登録します。").waitFor()
    await page.getByRole("button", { name: "パスキーを作る" }).click()
    await page.locator(".wl-row").first().waitFor()
    assert.equal(new URL(page.url()).hash, "", "the code does not stay in the address")
    const enrolled = server.asked.find(({ path }) => path === "/api/enrol")?.body as { code: string }
    assert.equal(enrolled.code, "AB-CD")
    await page.getByRole("button", { name: "ログアウト" }).click()
    await page.getByRole("button", { name: "パスキーでログイン" }).click()
    await page.locator(".wl-row").first().waitFor()
    await server.wasAsked("POST /api/login")
  })

  it("sends nothing when the person is not verified, and says so", async () => {
    await authenticator(false)
    const { page } = opened
    await visit(page, server, "#/enrol/AB-CD", ".gate-card .btn-primary")
    await page.getByRole("button", { name: "パスキーを作る" }).click()
    await page.getByRole("alert").waitFor()
    assert.equal(
      server.asked.some(({ path }) => path === "/api/enrol"),
      false,
    )
  })

  it("says that a code was used or has expired", async () => {
    server.refuse("POST /api/enrol/options", 401, "ERR_CODE_REFUSED")
    await visit(opened.page, server, "#/enrol/AB-CD", ".gate-card [role=alert]")
    assert.match(await opened.page.getByRole("alert").innerText(), /登録用リンクは使用済みか期限切れです。/)
  })

  it("asks for a login before any screen, whatever the address says", async () => {
    await visit(opened.page, server, "#/read/0117", ".gate-card")
    assert.equal(
      server.asked.some(({ path }) => path.startsWith("/api/cases")),
      false,
    )
  })

  it("opens the screen somebody was sent to once they are logged in", async () => {
    await authenticator(true)
    const { page } = opened
    await visit(page, server, "#/enrol/AB-CD", ".gate-card .btn-primary")
    await page.getByRole("button", { name: "パスキーを作る" }).click()
    await page.locator(".wl-row").first().waitFor()
    await page.goto(`${server.origin}/#/sign/0117`)
    await page.reload()
    await page.getByRole("button", { name: "パスキーでログイン" }).click()
    await page.locator("sign-screen").waitFor({ state: "attached" })
    assert.equal(new URL(page.url()).hash, "#/sign/0117")
  })

  describe("with a card", () => {
    const DOOR = "https://cards.localhost:1"
    const CODE = "c".repeat(43)
    const digest = (text: string): string => createHash("sha256").update(text).digest("base64url")

    /** The door answers whatever comes there so. */
    async function door(fragment: string): Promise<string[]> {
      const asked: string[] = []
      server.answer("GET /api/session", { ...nobody(READER), cards: DOOR })
      server.handlers.set("POST /api/login/card", () => ({ json: READER }))
      await opened.page.route(`${DOOR}/**`, (route) => {
        asked.push(new URL(route.request().url()).searchParams.get("ask") ?? "")
        const location = `${server.origin}/#/card/${fragment}`
        return route.fulfill({
          contentType: "text/html",
          body: `<meta http-equiv=refresh content="0;url=${location}">`,
        })
      })
      return asked
    }
    const withCard = () => opened.page.getByRole("button", { name: "HPKI カードでログイン" })

    it("goes to the door and comes back in, by a secret that never left the page", async () => {
      const asked = await door(`code/${CODE}`)
      await visit(opened.page, server, "", ".gate-card")
      await withCard().click()
      await opened.page.locator(".wl-row").first().waitFor()
      const sent = server.asked.find(({ path }) => path === "/api/login/card")?.body
      const { code, verifier } = sent as { code: string; verifier: string }
      assert.equal(code, CODE)
      assert.deepEqual(asked, [digest(verifier)])
      assert.equal(new URL(opened.page.url()).hash, "", "the code does not stay in the address")
    })

    it("is told why a card opens nothing, and can come by passkey", async () => {
      await door("refused/unconfirmed")
      await visit(opened.page, server, "", ".gate-card")
      await withCard().click()
      await opened.page.getByText("まだ誰も確認していません").waitFor()
      assert.equal(new URL(opened.page.url()).hash, "")
      assert.ok(await opened.page.getByRole("button", { name: "パスキーでログイン" }).isEnabled())
      const folder = process.env.DOKUEI_SCREENSHOTS
      for (const width of folder === undefined ? [] : [1920, 820, 390]) {
        await opened.page.setViewportSize({ width, height: 844 })
        await opened.page.screenshot({ path: `${folder}/login-card-${width}.png` })
      }
    })

    it("is not offered where there is no door for it", async () => {
      await visit(opened.page, server, "", ".gate-card")
      assert.equal(await withCard().count(), 0)
    })
  })

  describe("in a browser that keeps nothing", () => {
    const noStore = () =>
      opened.page.addInitScript(
        'Object.defineProperty(globalThis, "indexedDB", { value: { open: () => { throw new DOMException("no", "SecurityError") } } })',
      )

    it("lets people in as ever where any device will do", async () => {
      await noStore()
      await authenticator(true)
      const { page } = opened
      await visit(page, server, "#/enrol/AB-CD", ".gate-card .btn-primary")
      await page.getByRole("button", { name: "パスキーを作る" }).click()
      await page.locator(".wl-row").first().waitFor()
      const { device } = (await server.wasAsked("POST /api/enrol")).body as { device?: object }
      assert.equal(device, undefined)
    })

    it("says so before a device's code is used up", async () => {
      await noStore()
      server.answer("GET /api/session", { ...nobody(READER), registeredDevices: true })
      const offer = { id: "4f".repeat(16), label: "受付の PC", ownerName: null, challenge: "c".repeat(43) }
      server.answer("POST /api/device/options", offer)
      const { page } = opened
      await visit(page, server, "#/device/7GQ2-M4XK-9TBV", "[data-device=offer]")
      await page.getByRole("button", { name: "この端末を登録する" }).click()
      await page.getByText("このブラウザには鍵を保存できません").waitFor()
      assert.equal(
        server.asked.some(({ path }) => path === "/api/device"),
        false,
      )
    })
  })

  it("says that the gateway does not answer, and tries again", async () => {
    const { page } = opened
    await visit(page, server, "", ".gate-card")
    server.refuse("GET /api/session", 503, "ERR_LEDGER")
    await page.reload()
    await page.getByText("画面を開けません").waitFor()
    server.answer("GET /api/session", nobody(READER))
    await page.getByRole("button", { name: "再試行" }).click()
    await page.getByRole("button", { name: "パスキーでログイン" }).waitFor()
  })
})
