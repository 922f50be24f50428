import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import type { Browser, CDPSession, Page } from "playwright-core"
import { openBridge } from "../../../gateway/actors/card-bridge/door.ts"
import { Pairing } from "../../../gateway/actors/card-bridge/pairing.ts"
import { KeyError } from "../../../gateway/journey/errors.ts"
import type { PreliminaryState, PreparedReport, ReadingView } from "../../../gateway/journey/views/reading.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { jst, PEOPLE } from "../fixtures/desk.ts"
import { DeskServer } from "../shell/desk-server.ts"
import { reading } from "../shell/open-desk.ts"
import { cutText } from "../shell/page-checks.ts"
import { caseOf, REQUEST_ID, signingOf, TEXT } from "./case-of.ts"
import { dicomwebOf } from "./dicomweb-of.ts"

const DRAFT = { ...TEXT, keyImages: [], correctionReason: "" }
/** What was frozen differs from the draft: the screen must show this. */
const FROZEN = { ...DRAFT, impression: "1. 凍結した診断。" }

const PDF_SHA256 = `3f9a04c7${"00".repeat(24)}8be1c21e`

const prepared = (over: Partial<PreparedReport> = {}): PreparedReport => ({
  prepareId: "p1",
  reportId: "r1",
  version: 2,
  cdaSha256: "ab".repeat(32),
  pdfSha256: PDF_SHA256,
  frozenAt: jst("14:08"),
  expiresAt: jst("14:13"),
  patient: PEOPLE.taro,
  draft: FROZEN,
  passkey: {
    challenge: "c2lnbi1pbnRlbnQ",
    rpId: "localhost",
    allowCredentials: [],
    userVerification: "required",
  },
  ...over,
})

/** What is signed beside the PDF. */
const PROPERTIES =
  '<x:SignedProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Id="p"></x:SignedProperties>'
const PARTS = [Buffer.from(PROPERTIES).toString("base64")]
/** In canonical form, over the PDF: what a bridge lets come to its card. */
const SIGNED_INFO =
  '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod>' +
  '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
  `<ds:Reference URI="urn:oid:1.2.3"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${Buffer.from(PDF_SHA256, "hex").toString("base64")}</ds:DigestValue></ds:Reference>` +
  `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#p"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${createHash("sha256").update(PROPERTIES).digest("base64")}</ds:DigestValue></ds:Reference></ds:SignedInfo>`

describe("the signing screen", function () {
  let browser: Browser | undefined
  let server: DeskServer
  let opened: Opened
  let page: Page
  let cdp: CDPSession

  before(async function () {
    if (!hasChromium) {
      console.log("skipped: /usr/bin/chromium is not installed")
      return this.skip()
    }
    this.timeout(180_000)
    server = await DeskServer.start(await buildViewer())
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    if (browser !== undefined) await server.stop()
  })
  afterEach(async () => {
    await opened.context.close()
    assert.deepEqual(opened.faults, [])
  })

  /** @param isVerified false = the authenticator refuses to verify the user */
  async function open(isVerified = true): Promise<void> {
    reading(server)
    server.dicomweb = dicomwebOf([])
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { draft: { ...DRAFT, draftVersion: 3 } }))
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare`, prepared())
    opened = await openPage(browser!)
    page = opened.page
    cdp = await opened.context.newCDPSession(page)
    await cdp.send("WebAuthn.enable")
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: isVerified,
        automaticPresenceSimulation: true,
      },
    })
    await cdp.send("WebAuthn.addCredential", {
      authenticatorId,
      credential: {
        credentialId: Buffer.from("reader").toString("base64"),
        isResidentCredential: true,
        rpId: "localhost",
        privateKey: await privateKey(),
        userHandle: Buffer.from("r1").toString("base64"),
        signCount: 1,
      },
    })
  }
  async function privateKey(): Promise<string> {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ])
    return Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64")
  }
  const go = async (landmark: string): Promise<void> => {
    await page.goto(`${server.origin}/#/sign/${REQUEST_ID}`)
    await page.locator(landmark).first().waitFor()
  }
  const agree = async (pin: string): Promise<void> => {
    await page.locator(".confirm").click()
    await page.locator("input[name=pin]").fill(pin)
    await page.getByRole("button", { name: "署名する" }).click()
  }
  const states = (): Promise<string[]> =>
    page.evaluate<string[]>("[...document.querySelectorAll('.way-v > li')].map((step) => step.dataset.s)")

  /** On a tablet either way and on a wide screen; drawn for who looks at them. */
  async function fits(name: string): Promise<void> {
    const folder = process.env.DOKUEI_SCREENS
    const before = page.viewportSize()!
    for (const [width, height] of [
      [820, 1180],
      [1180, 820],
      [1600, 1000],
    ] as const) {
      await page.setViewportSize({ width, height })
      const cut = await cutText(page, ".sign-right .btn, .sign-right p, .sign-right label, .sign-right .hint")
      assert.deepEqual(cut, [], `${name} at ${width}`)
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${width}.png` })
    }
    await page.setViewportSize(before)
  }

  it("shows exactly what was frozen, its digest and its PDF", async () => {
    await open()
    await go(".frozen")
    const text = await page.locator(".frozen").innerText()
    assert.match(text, /見本 太郎[\s\S]*凍結した診断/)
    assert.doesNotMatch(text, /亜急性期/)
    assert.equal(await page.locator("a[target=_blank]").getAttribute("href"), "/api/prepared/p1/pdf")
    assert.match(await page.locator(".sign-left").innerText(), /凍結済み 版 2[\s\S]*3f9a 04c7 … 8be1 c21e/)
  })

  it("asks for no key where the centre's seal was agreed, and says whose signature it will be", async () => {
    await open()
    const draft = { ...DRAFT, draftVersion: 3 }
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { draft, reportSignature: "seal+passkey" }))
    await go(".frozen")
    assert.equal(await page.locator("#sign-key").count(), 0)
    assert.match(await page.locator('li[data-step="hpki"]').innerText(), /施設シール/)
    assert.doesNotMatch(await page.locator(".sign-right").innerText(), /HPKI/)
    await fits("seal")
    await page.locator(".confirm").click()
    server.answer("POST /api/prepared/p1/sign", { reportId: "r1", version: 2 })
    await page.getByRole("button", { name: "署名する" }).click()
    await server.wasAsked("POST /api/prepared/p1/sign")
  })

  it("signs only with check mark and PIN, sends the passkey's answer once, and follows the steps", async () => {
    await open()
    await go(".frozen")
    const button = page.getByRole("button", { name: "署名する" })
    assert.equal(await button.isDisabled(), true)
    await page.locator(".confirm").click()
    assert.equal(await button.isDisabled(), true)
    await page.locator("input[name=pin]").fill("1234")
    server.answer("POST /api/prepared/p1/sign", { reportId: "r1", version: 2 })
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(4) }))
    await button.click()
    await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
    const sent = server.asked
      .filter(({ path }) => path === "/api/prepared/p1/sign")
      .map(({ body }) => body) as {
      pin: string
      response: { response: { clientDataJSON: string } }
    }[]
    assert.deepEqual([sent.length, sent[0]?.pin], [1, "1234"])
    const client = JSON.parse(Buffer.from(sent[0]!.response.response.clientDataJSON, "base64url").toString())
    assert.deepEqual([client.type, client.challenge], ["webauthn.get", "c2lnbi1pbnRlbnQ"])
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(6) }))
    server.tell({ kind: "changed", requestId: REQUEST_ID, at: jst("14:11") })
    await page.locator('li[data-step="acknowledged"][data-s="done"]').waitFor()
  })

  it("lets a preliminary report go with check mark and gesture alone, and follows it to the hospital's receipt", async () => {
    await open()
    const early = (released: PreliminaryState["released"]): ReadingView =>
      caseOf([], { draft: { ...DRAFT, draftVersion: 3 }, preliminary: { mayRelease: true, released } })
    server.answer(`GET /api/cases/${REQUEST_ID}`, early(null))
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare-preliminary`, prepared({ version: 1 }))
    server.answer("POST /api/prepared/p1/release", { reportId: "r1", version: 1 })
    await page.goto(`${server.origin}/#/sign/${REQUEST_ID}`)
    await page.locator(".frozen").waitFor()
    await page.goto(`${server.origin}/#/preliminary/${REQUEST_ID}`)
    await page.locator("[data-phase=prepared]").waitFor()
    const button = page.getByRole("button", { name: "仮報告を送る" })
    assert.equal(await button.isDisabled(), true)
    assert.equal(await page.locator("input[name=pin]").count(), 0)
    await page.locator(".confirm").click()
    const folder = process.env.DOKUEI_SCREENS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/preliminary-release.png` })
    const released = { version: 1, at: jst("14:09"), sentAt: jst("14:10"), receivedAt: null, failure: null }
    server.answer(`GET /api/cases/${REQUEST_ID}`, early(released))
    await button.click()
    await page.locator("[data-phase=released] li[data-s=now]").waitFor()
    const sent = server.asked.filter(({ path }) => path === "/api/prepared/p1/release")
    assert.deepEqual([sent.length, Object.keys(sent[0]?.body as object)], [1, ["response"]])
    server.answer(`GET /api/cases/${REQUEST_ID}`, early({ ...released, receivedAt: jst("14:11") }))
    server.tell({ kind: "changed", requestId: REQUEST_ID, at: jst("14:11") })
    await page.locator("[data-phase=released] li:last-child[data-s=done]").waitFor()
    if (folder !== undefined) await page.screenshot({ path: `${folder}/preliminary-released.png` })
    const faults = await cutText(page, ".sign-right *:not(.vh), .sign-left *:not(.vh)")
    assert.deepEqual(faults, [])
  })

  it("prepares a preliminary report anew when images came since it was frozen, and names a character without a glyph", async () => {
    await open()
    const preliminary = { mayRelease: true, released: null }
    server.answer(
      `GET /api/cases/${REQUEST_ID}`,
      caseOf([], { draft: { ...DRAFT, draftVersion: 3 }, preliminary }),
    )
    server.handlers.set(`POST /api/cases/${REQUEST_ID}/prepare-preliminary`, () => ({
      status: 422,
      json: { code: "ERR_REPORT_GLYPH", message: "no glyph for 𠮷 (U+20BB7)" },
    }))
    await page.goto(`${server.origin}/#/preliminary/${REQUEST_ID}`)
    await page.getByText("印刷できない文字があります：𠮷 (U+20BB7)。").waitFor()
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare-preliminary`, prepared({ version: 1 }))
    server.refuse("POST /api/prepared/p1/release", 409, "ERR_SIGN_IMAGES")
    await page.getByRole("button", { name: "もう一度準備する" }).click()
    await page.locator(".confirm").click()
    await page.getByRole("button", { name: "仮報告を送る" }).click()
    await page.locator("[data-phase=preparing] [role=alert]").waitFor()
    assert.equal(await page.getByRole("button", { name: "仮報告を送る" }).count(), 0)
    await page.getByRole("button", { name: "もう一度準備する" }).click()
    await page.locator("[data-phase=prepared] .confirm").waitFor()
  })

  it("takes back what waits for its signature before a preliminary report, and says so", async () => {
    await open()
    const awaits = {
      ...signingOf(2),
      awaits: { what: "service" as const, prepareId: "p1", pdfSha256: PDF_SHA256 },
    }
    const preliminary = { mayRelease: true, released: null }
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing: awaits, preliminary }))
    await go("[data-awaits]")
    await page.getByRole("link", { name: "仮報告" }).click()
    await page.getByText("いったん取り下げます").waitFor()
    server.answer(`POST /api/cases/${REQUEST_ID}/take-back`, caseOf([], { preliminary }))
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare-preliminary`, prepared({ version: 1 }))
    await page.getByRole("button", { name: "取り下げて仮報告を準備する" }).click()
    await page.locator("[data-phase=prepared] .confirm").waitFor()
  })

  it("signs with the card at this PC: code once, PIN at the bridge's window, and tells what the card said", async () => {
    let code = ""
    let asked = ""
    let put: (signature: Uint8Array | KeyError) => void = () => undefined
    const door = await openBridge({
      port: 0,
      origin: server.origin,
      pairing: new Pairing({ bytes: (length) => randomBytes(length) }, (shown) => (code = shown)),
      certificate: () => Promise.resolve(Buffer.from("certificate")),
      sign: ({ caseNumber, documents }) =>
        new Promise((resolve, reject) => {
          asked = `${caseNumber} ${documents.join(" ")}`
          put = (told) => (told instanceof KeyError ? reject(told) : resolve(told))
        }),
    })
    const bridge = `http://127.0.0.1:${door.port}`
    try {
      server.bridge = bridge
      await open()
      const card = {
        id: "q1",
        bridge,
        toBeSigned: Buffer.from(SIGNED_INFO).toString("base64"),
        parts: PARTS,
        certificate: "ab".repeat(32),
      }
      server.answer(`POST /api/cases/${REQUEST_ID}/prepare`, prepared({ bridge }))
      server.answer("POST /api/prepared/p1/sign", { card })
      server.answer("POST /api/card/q1", { reportId: "r1", version: 2 })
      await go(".frozen")
      assert.equal(await page.locator("input[name=pin]").count(), 0)
      await page.locator(".confirm").click()
      await page.locator("input[name=code]").fill(code)
      await fits("card-code")
      await page.getByRole("button", { name: "署名する" }).click()
      const shown = page.locator("[data-card]:not([data-card=''])")
      await shown.waitFor()
      assert.equal(asked, `RQ-20261125-0117 ${PDF_SHA256}`, "what is signed covers the PDF that is shown")
      assert.equal(await shown.getAttribute("data-card"), PDF_SHA256)
      assert.match(await shown.innerText(), /RQ-20261125-0117.*3f9a 04c7 … 8be1 c21e/)
      await fits("card-pin")
      put(new KeyError("ERR_KEY_PASSPHRASE", "wrong"))
      await page.getByText("カードの暗証番号が違います").waitFor()
      await page.getByRole("button", { name: "やり直す" }).click()
      await page.getByRole("button", { name: "署名する" }).click()
      await shown.waitFor()
      server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(4) }))
      put(Buffer.from("signature"))
      await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
      const sent = server.asked.filter(({ path }) => path === "/api/card/q1").map(({ body }) => body)
      assert.deepEqual(sent, [
        { signature: null },
        { signature: Buffer.from("signature").toString("base64") },
      ])
    } finally {
      server.bridge = ""
      await door.close()
    }
  })

  it("shows what is approved and waits for the signing service, then lets its reader sign with the PIN alone", async () => {
    const awaiting = (what: "service" | "pin") =>
      caseOf([], {
        draft: { ...FROZEN, draftVersion: 3 },
        signing: { ...signingOf(2), awaits: { what, prepareId: "p1", pdfSha256: PDF_SHA256 } },
      })
    await open()
    await go(".frozen")
    server.answer("POST /api/prepared/p1/sign", { reportId: "r1", version: 2, awaitsSignature: true })
    server.answer(`GET /api/cases/${REQUEST_ID}`, awaiting("service"))
    await agree("1234")
    await page.locator("[data-awaits=service]").waitFor()
    assert.deepEqual((await states()).slice(0, 4), ["done", "done", "now", "todo"])
    assert.match(await page.locator(".sign-left").innerText(), /署名待ち/)
    assert.equal(await page.locator("input[name=pin]").count(), 0)
    server.answer(`GET /api/cases/${REQUEST_ID}`, awaiting("pin"))
    server.tell({ kind: "changed", requestId: REQUEST_ID, at: jst("14:11") })
    await page.locator("[data-awaits=pin]").waitFor()
    await fits("signature-pending")
    server.answer(`POST /api/cases/${REQUEST_ID}/sign`, { reportId: "r1", version: 2 })
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(4) }))
    await page.locator("input[name=pin]").fill("5678")
    await page.keyboard.press("Enter")
    await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
    const sent = server.asked.filter(({ path }) => path === `/api/cases/${REQUEST_ID}/sign`)
    assert.deepEqual(
      sent.map(({ body }) => body),
      [{ pin: "5678" }],
    )
  })

  it("lets a reader who has moved to a card since sign what awaits it: code once, PIN at the bridge's window", async () => {
    let code = ""
    const asked: string[] = []
    const door = await openBridge({
      port: 0,
      origin: server.origin,
      pairing: new Pairing({ bytes: (length) => randomBytes(length) }, (shown) => (code = shown)),
      certificate: () => Promise.resolve(Buffer.from("certificate")),
      sign: ({ documents }) => {
        asked.push(...documents)
        return Promise.resolve(Buffer.from("signature"))
      },
    })
    const bridge = `http://127.0.0.1:${door.port}`
    try {
      server.bridge = bridge
      await open()
      const awaits = { what: "card" as const, prepareId: "p1", pdfSha256: PDF_SHA256, bridge }
      server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing: { ...signingOf(2), awaits } }))
      const toBeSigned = Buffer.from(SIGNED_INFO).toString("base64")
      server.answer(`POST /api/cases/${REQUEST_ID}/sign`, {
        card: { id: "q2", bridge, toBeSigned, parts: PARTS, certificate: "ab".repeat(32) },
      })
      server.answer("POST /api/card/q2", { reportId: "r1", version: 2 })
      await go("[data-awaits=card]")
      assert.match(await page.locator("[data-awaits=card]").innerText(), /署名鍵はいまカードにあります/)
      await fits("card-awaited")
      assert.equal(await page.locator("input[name=pin]").count(), 0)
      const button = page.getByRole("button", { name: "署名する" })
      assert.equal(await button.isDisabled(), true)
      const field = page.getByLabel("カードブリッジの画面のコード")
      await field.fill(code === "00000000" ? "11111111" : "00000000")
      await page.keyboard.press("Enter")
      await page.getByRole("alert").getByText("コードがブリッジの画面と違います").waitFor()
      assert.equal(await page.evaluate("document.activeElement.id"), "sign-key")
      assert.deepEqual(asked, [], "a wrong code asks the card for nothing")
      server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(4) }))
      await field.fill(code)
      await page.keyboard.press("Enter")
      await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
      assert.deepEqual(asked, [PDF_SHA256])
    } finally {
      server.bridge = ""
      await door.close()
    }
  })

  it("says a wrong code aloud, takes the next one where it stands, and signs by Enter", async () => {
    let code = ""
    const door = await openBridge({
      port: 0,
      origin: server.origin,
      pairing: new Pairing({ bytes: (length) => randomBytes(length) }, (shown) => (code = shown)),
      certificate: () => Promise.resolve(Buffer.from("certificate")),
      sign: () => Promise.resolve(Buffer.from("signature")),
    })
    const bridge = `http://127.0.0.1:${door.port}`
    try {
      server.bridge = bridge
      await open()
      const toBeSigned = Buffer.from(SIGNED_INFO).toString("base64")
      const card = { id: "q3", bridge, toBeSigned, parts: PARTS, certificate: "ab".repeat(32) }
      server.answer(`POST /api/cases/${REQUEST_ID}/prepare`, prepared({ bridge }))
      server.answer("POST /api/prepared/p1/sign", { card })
      server.answer("POST /api/card/q3", { reportId: "r1", version: 2 })
      await go(".frozen")
      const missing = page.locator(".sign-right p[role=status]").last()
      assert.equal(await missing.innerText(), "確認の印と 8 桁のコードを入れると署名できます。")
      await page.locator(".confirm").click()
      const field = page.getByLabel("カードブリッジの画面のコード")
      await field.fill("1234567")
      assert.equal(await missing.innerText(), "8 桁のコードを入れると署名できます。")
      await field.fill(code === "00000000" ? "11111111" : "00000000")
      await page.keyboard.press("Enter")
      await page.getByRole("alert").getByText("コードがブリッジの画面と違います").waitFor()
      assert.deepEqual(
        [await field.inputValue(), await field.getAttribute("aria-invalid")],
        ["", "true"],
        "a wrong code does not stand there to be sent again",
      )
      await page.getByRole("button", { name: "やり直す" }).click()
      assert.equal(await page.evaluate("document.activeElement.id"), "sign-key")
      server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing: signingOf(4) }))
      await field.fill(code)
      assert.equal(await field.getAttribute("aria-invalid"), "false")
      await page.keyboard.press("Enter")
      await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
    } finally {
      server.bridge = ""
      await door.close()
    }
  })

  it("cuts no button of what is awaited on a narrow tablet", async () => {
    await open()
    await page.setViewportSize({ width: 820, height: 1180 })
    const signing = {
      ...signingOf(2),
      awaits: { what: "login" as const, prepareId: "p1", pdfSha256: PDF_SHA256 },
    }
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing }))
    await go("[data-awaits=login]")
    assert.deepEqual(await cutText(page, "awaited-signature .btn"), [])
  })

  it("lets its reader take back what was approved, and write on", async () => {
    await open()
    const signing = {
      ...signingOf(2),
      awaits: { what: "images" as const, prepareId: "p1", pdfSha256: PDF_SHA256 },
    }
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing }))
    await go("[data-awaits=images]")
    assert.deepEqual(
      server.asked.filter(({ path }) => path.endsWith("/prepare")),
      [],
      "nothing is frozen anew",
    )
    server.answer(`POST /api/cases/${REQUEST_ID}/take-back`, caseOf([]))
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([]))
    await page.getByRole("button", { name: "取り下げて編集" }).click()
    await page.waitForURL(/#\/read\//)
  })

  it("names the step at which it stopped, keeps what was frozen after a wrong PIN, and forgets the PIN", async () => {
    await open()
    await go(".frozen")
    server.refuse("POST /api/prepared/p1/sign", 422, "ERR_KEY_PASSPHRASE")
    await agree("9999")
    await page.locator('li[data-step="hpki"][data-s="fail"]').waitFor()
    assert.match(await page.locator('li[data-step="hpki"]').innerText(), /PIN が違います/)
    assert.equal(await page.locator("input[name=pin]").inputValue(), "")
    await page.getByRole("button", { name: "やり直す" }).click()
    server.answer("POST /api/prepared/p1/sign", { reportId: "r1", version: 2 })
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing: signingOf(4) }))
    await page.locator("input[name=pin]").fill("1234")
    await page.getByRole("button", { name: "署名する" }).click()
    await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
    assert.equal(server.asked.filter(({ path }) => path.endsWith("/prepare")).length, 1)
  })

  it("shows where to log in when the key is at a signing service, and keeps what was frozen", async () => {
    await open()
    await go(".frozen")
    const url = "https://sign.example.jp/csc/v2/oauth2/authorize?state=s"
    server.answer("POST /api/signing-service", { url })
    server.refuse("POST /api/prepared/p1/sign", 409, "ERR_KEY_LOGIN")
    await agree("1234")
    const link = page.getByRole("link", { name: "署名サービスにログイン" })
    await link.waitFor()
    assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("target")], [url, "_blank"])
    if (process.env.DOKUEI_SCREENSHOTS !== undefined)
      await page.screenshot({ path: `${process.env.DOKUEI_SCREENSHOTS}/sign-login.png` })
    await page.getByRole("button", { name: "やり直す" }).click()
    server.answer("POST /api/prepared/p1/sign", { reportId: "r1", version: 2 })
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { signing: signingOf(4) }))
    await page.locator("input[name=pin]").fill("1234")
    await page.getByRole("button", { name: "署名する" }).click()
    await page.locator('li[data-step="sent"][data-s="now"]').waitFor()
    assert.equal(server.asked.filter(({ path }) => path.endsWith("/prepare")).length, 1)
  })

  for (const [search, says] of [
    ["?code=c1&state=s1", /署名サービスにログインしました/],
    ["?error=access_denied&state=s1", /取り消されました/],
  ] as const)
    it(`comes back from the signing service with ${search} and tells how it went`, async () => {
      await open()
      server.answer("POST /api/signing-service/return", {})
      await page.goto(`${server.origin}/${search}`)
      await page.locator("page-service-return section").waitFor()
      if (process.env.DOKUEI_SCREENSHOTS !== undefined)
        await page.screenshot({ path: `${process.env.DOKUEI_SCREENSHOTS}/sign-return-${search.length}.png` })
      assert.match(await page.locator("page-service-return").innerText(), says)
      assert.equal(new URL(page.url()).search, "")
      const brought = server.asked.filter(({ path }) => path === "/api/signing-service/return")
      assert.deepEqual(
        brought.map(({ body }) => body),
        search.startsWith("?code") ? [{ code: "c1", state: "s1" }] : [],
      )
    })

  it("prepares again when the passkey did not fit what was frozen", async () => {
    await open()
    await go(".frozen")
    server.refuse("POST /api/prepared/p1/sign", 409, "ERR_SIGN_INTENT")
    await agree("1234")
    await page.locator('li[data-step="identity"][data-s="fail"]').waitFor()
    await page.getByRole("button", { name: "やり直す" }).click()
    await page.locator('li[data-step="frozen"][data-s="done"]').waitFor()
    await page.locator('li[data-step="identity"][data-s="todo"]').waitFor()
    assert.equal(server.asked.filter(({ path }) => path.endsWith("/prepare")).length, 2)
    assert.equal(await page.locator("input[name=confirm]").isChecked(), false)
  })

  it("sends nothing when the reader is not verified", async () => {
    await open(false)
    await go(".frozen")
    await agree("1234")
    await page.locator('li[data-step="identity"][data-s="fail"]').waitFor()
    assert.equal(
      server.asked.some(({ path }) => path.endsWith("/sign")),
      false,
    )
  })

  it("says that the frozen text is no longer valid, and prepares another", async () => {
    await open()
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare`, prepared({ expiresAt: jst("14:08") }))
    await go(".sign-right .banner-warn")
    server.answer(`POST /api/cases/${REQUEST_ID}/prepare`, prepared({ prepareId: "p2" }))
    await page.getByRole("button", { name: "もう一度準備する" }).click()
    await page.locator("input[name=pin]").waitFor()
  })

  it("of a report on its way freezes nothing and shows where it stopped", async () => {
    await open()
    const signing = signingOf(4, 4, "ERR_SUBMISSION_UNREACHABLE")
    server.answer(`GET /api/cases/${REQUEST_ID}`, caseOf([], { state: "completed", signing, draft: null }))
    await go('li[data-step="sent"][data-s="fail"]')
    assert.deepEqual(await states(), ["done", "done", "done", "done", "fail", "todo"])
    assert.match(await page.locator('li[data-step="sent"]').innerText(), /自動で再試行されます/)
    assert.equal(
      server.asked.some(({ path }) => path.endsWith("/prepare")),
      false,
    )
  })
})
