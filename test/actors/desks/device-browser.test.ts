import assert from "node:assert/strict"
import type { Browser, CDPSession, Page } from "playwright-core"
import { offerDevice } from "../../../gateway/journey/people/device.ts"
import { buildViewer } from "../../viewer/build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../../viewer/chromium.ts"
import { WORK_ITEMS } from "../../viewer/fixtures/desk.ts"
import { keptText } from "../../viewer/shell/page-checks.ts"
import { openHarness, READER, type Harness } from "./harness.ts"

const BUILD_MS = 180_000
const PICTURES = process.env.DOKUEI_SCREENSHOTS
/** What the browser holds of the device: its id, and whether its key can be taken out. */
const KEY = `new Promise((resolve, reject) => {
  const asked = indexedDB.open("dokuei-device")
  asked.onerror = () => reject(asked.error)
  asked.onsuccess = () => {
    const kept = asked.result.transaction("device").objectStore("device").get("own")
    kept.onsuccess = async () => {
      const { id, key } = kept.result
      const out = await crypto.subtle.exportKey("jwk", key).then(() => "exported", (error) => error.name)
      asked.result.close()
      resolve([id, key.extractable, out])
    }
  }
})`

describe("a registered device in Chromium, at a real desk", function () {
  this.timeout(30_000)
  let browser: Browser
  let desk: Harness
  let opened: Opened
  let page: Page
  let device: CDPSession

  before(async function () {
    this.timeout(BUILD_MS)
    if (!hasChromium) {
      console.log("      skipped: chromium is not installed (apt install chromium)")
      this.skip()
    }
    const staticDir = await buildViewer()
    browser = await launchChromium()
    desk = await openHarness("reading", { staticDir }, "registered")
    Object.assign(desk.recorder.reading, { worklist: () => Promise.resolve(WORK_ITEMS) })
    opened = await openPage(browser)
    page = opened.page
    device = await opened.context.newCDPSession(page)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    await (desk as Harness | undefined)?.close()
  })
  afterEach(() => {
    assert.deepEqual(opened.faults, [], "the page broke its content security policy or threw")
  })

  const button = (name: string) => page.getByRole("button", { name })
  const shot = async (name: string): Promise<void> => {
    for (const width of PICTURES === undefined ? [] : [1180, 390]) {
      await page.setViewportSize({ width, height: 820 })
      await page.screenshot({ path: `${PICTURES}/device-${name}-${width}.png` })
    }
  }
  async function offer(label: string): Promise<string> {
    const chance = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
    const by = { login: null, name: "保守 一郎" }
    const wanted = { label, owner: null, qualifiedUntil: null, by, at: desk.clock.now() }
    return (await offerDevice({ devices: desk.people, chance }, wanted)).code
  }
  const enter = async (code: string): Promise<void> => {
    await page.getByLabel("端末コード").fill(code.toLowerCase())
    await button("コードを確かめる").click()
    await button("この端末を登録する").click()
  }

  it("is asked for before a person enrols, makes its key, and stays in the page", async () => {
    await page.goto(`${desk.desk.origin}/#/enrol/${await desk.invite(READER)}`)
    await page.getByText("先に端末を登録します").waitFor()
    await shot("first")
    await enter(await offer("読影室タブレット 1"))
    await button("パスキーを作る").click()
    await page.locator(".wl-row").first().waitFor()
    assert.match(await page.locator(".wl-row").first().innerText(), /見本|架空|仮﨑|試作|想定/)
  })

  it("keeps nothing of a patient after logout, and its key all the same, which cannot be taken out", async () => {
    await page.evaluate('sessionStorage.setItem("card-bridge", "token")')
    await button("ログアウト").click()
    await page.getByText("この端末：読影室タブレット 1").waitFor()
    const kept = await keptText(page)
    for (const { patient, requestId } of WORK_ITEMS)
      for (const trace of [patient.PatientID, ...patient.ideographic.split("^"), requestId])
        if (trace.length > 3 || /[^\x20-\x7e]/.test(trace)) assert.ok(!kept.includes(trace), trace)
    assert.match(kept, /dokuei-device/)
    assert.equal(await page.evaluate("sessionStorage.length"), 0)
    const [known] = await desk.people.devices()
    assert.deepEqual(await page.evaluate(KEY), [known!.id, false, "InvalidAccessError"])
    assert.deepEqual(await opened.context.cookies(), [])
    await shot("known")
  })

  it("logs in again by it, also after the page was loaded anew", async () => {
    await page.reload()
    await button("パスキーでログイン").click()
    await page.locator(".wl-row").first().waitFor()
    const login = desk.audits.findLast(({ event }) => event === "login")
    assert.match(login?.description ?? "", /on device "読影室タブレット 1"/)
  })

  it("is told when it was taken away, and comes back by a new code", async () => {
    const [known] = await desk.people.devices()
    const act = { by: "安全 花江", reason: "紛失", at: desk.clock.now() }
    await desk.people.revokeDevice(known!.id, act, desk.audits[0]!)
    await page.reload()
    await button("パスキーでログイン").click()
    await page.getByText("この端末ではログインできません").waitFor()
    await shot("taken")
    await button("新しい端末コードを入力する").click()
    await enter(await offer("読影室タブレット 1 改"))
    await button("パスキーでログイン").click()
    await page.locator(".wl-row").first().waitFor()
  })

  it("that is another browser opens nothing: it is not registered, and a code from the link makes it so", async () => {
    const other = await openPage(browser)
    await other.page.goto(desk.desk.origin)
    await other.page.getByText("この端末は登録されていません。").waitFor()
    assert.equal(await other.page.getByRole("button", { name: "パスキーでログイン" }).count(), 0)
    if (PICTURES !== undefined) await other.page.screenshot({ path: `${PICTURES}/device-unknown.png` })
    await other.page.getByLabel("端末コード").fill("WRONG-CODE-1")
    await other.page.getByRole("button", { name: "コードを確かめる" }).click()
    await other.page.getByText("この端末コードは誤りか").waitFor()
    await other.page.goto(`${desk.desk.origin}/#/device/${await offer("受付の PC")}`)
    await other.page.getByText("受付の PC").waitFor()
    assert.equal(new URL(other.page.url()).hash, "#/device", "the code does not stay in the address")
    if (PICTURES !== undefined) await other.page.screenshot({ path: `${PICTURES}/device-offer.png` })
    await other.page.getByRole("button", { name: "この端末を登録する" }).click()
    await other.page.getByText("「受付の PC」として登録しました。").waitFor()
    if (PICTURES !== undefined) await other.page.screenshot({ path: `${PICTURES}/device-done.png` })
    await other.page.getByRole("link", { name: "ログインへ" }).click()
    await other.page.getByRole("button", { name: "パスキーでログイン" }).waitFor()
    assert.deepEqual(other.faults, [])
    await other.context.close()
  })
})
