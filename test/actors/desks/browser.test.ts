import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from "playwright-core"
import { openHarness, PIN, READER, type Harness } from "./harness.ts"

const CHROMIUM = "/usr/bin/chromium"
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** What runs in the page: the viewer's calls, bare. */
const SCRIPT = `
const call = async (path, body) => {
  const response = await fetch(path, {
    method: "POST",
    headers: { "X-Requested-By": "viewer", "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const value = await response.json()
  if (!response.ok) throw new Error(value.code)
  return value
}
const get = async (options) =>
  (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })).toJSON()
window.desk = {
  enrol: async (code) => {
    const { options } = await call("/api/enrol/options", { code })
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    const credential = await navigator.credentials.create({ publicKey })
    return call("/api/enrol", { code, response: credential.toJSON() })
  },
  login: async () => call("/api/login", { response: await get(await call("/api/login/options")) }),
  logout: () => call("/api/logout"),
  sign: async (pin) => {
    const { prepareId, passkey } = await call("/api/cases/req-1/prepare", { expectedVersion: 1 })
    return call("/api/prepared/" + prepareId + "/sign", { response: await get(passkey), pin })
  },
  worklist: async () => (await fetch("/api/worklist")).status,
  hear: () => new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/api/events")
    socket.onopen = () => { window.heard = new Promise((tell) => (socket.onmessage = ({ data }) => tell(data))); resolve() }
    socket.onerror = reject
  }),
}
document.addEventListener("securitypolicyviolation", (event) => (window.violations ??= []).push(event.violatedDirective))
`
const HTML = `<!doctype html><meta charset="utf-8"><title>desk</title><script src="/assets/desk-1a2b.js"></script>`

describe("a desk in Chromium", function () {
  this.timeout(30_000)
  let browser: Browser
  let staticDir: string
  let desk: Harness
  let context: BrowserContext
  let page: Page
  let device: CDPSession
  let authenticatorId: string

  before(async function () {
    if (!existsSync(CHROMIUM)) {
      console.log(`      skipped: ${CHROMIUM} is not installed`)
      this.skip()
    }
    staticDir = await mkdtemp(join(tmpdir(), "desk-viewer-"))
    await mkdir(join(staticDir, "assets"))
    await writeFile(join(staticDir, "index.html"), HTML)
    await writeFile(join(staticDir, "assets", "desk-1a2b.js"), SCRIPT)
    await writeFile(join(staticDir, ".secret"), "no")
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    if (staticDir) await rm(staticDir, { recursive: true })
  })
  beforeEach(async () => {
    desk = await openHarness("reading", { staticDir })
    context = await browser.newContext()
    page = await context.newPage()
    device = await context.newCDPSession(page)
    await device.send("WebAuthn.enable")
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const
    authenticatorId = (await device.send("WebAuthn.addVirtualAuthenticator", { options })).authenticatorId
    await page.goto(desk.desk.origin)
  })
  afterEach(async () => {
    await context.close()
    await desk.close()
  })

  const run = (expression: string): Promise<unknown> => page.evaluate(expression)

  it("enrols a passkey, logs out and in again, with a cookie no script can read", async () => {
    const code = await desk.invite(READER)
    const session = (await run(`desk.enrol(${JSON.stringify(code)})`)) as { person: { name: string } }
    assert.equal(session.person.name, "佐藤 花子")
    assert.equal(await run("desk.worklist()"), 200)
    await run("desk.logout()")
    assert.equal(await run("desk.worklist()"), 401)
    assert.deepEqual(await context.cookies(), [])
    await run("desk.login()")
    assert.equal(await run("desk.worklist()"), 200)
    const [cookie] = await context.cookies()
    assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["sid", true, "Strict"])
    assert.equal(await run("document.cookie"), "")
    assert.equal(await run("window.violations"), undefined)
  })

  it("signs with the passkey and hears what changed", async () => {
    await run(`desk.enrol(${JSON.stringify(await desk.invite(READER))})`)
    assert.deepEqual(await run(`desk.sign("${PIN}")`), { reportId: "1.2.3", version: 1 })
    await run("desk.hear()")
    desk.desk.notify({ kind: "changed", requestId: "req-1", at: "2026-04-01T00:00:00.000Z" })
    assert.match(String(await run("window.heard")), /"changed"/)
  })

  it("does not log in a device whose user is not verified", async () => {
    await run(`desk.enrol(${JSON.stringify(await desk.invite(READER))})`)
    await device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false })
    await assert.rejects(run("desk.login()"), /NotAllowedError/)
  })

  it("does nothing that a page of another site asks for", async () => {
    await run(`desk.enrol(${JSON.stringify(await desk.invite(READER))})`)
    const evil = createServer((_request, response) => response.end("a page without any policy"))
    await once(evil.listen(0, "127.0.0.1"), "listening")
    await page.goto(`http://evil.localhost:${(evil.address() as AddressInfo).port}/`)
    evil.close()
    desk.log.splice(0)
    const at = desk.desk.origin
    const quiet = `{ mode: "no-cors", credentials: "include" }`
    await run(`fetch("${at}/api/worklist", ${quiet}).catch(() => 0)`)
    await run(`fetch("${at}/api/cases/1/start", { ...${quiet}, method: "POST" }).catch(() => 0)`)
    const socket = `new WebSocket("${at.replace("http", "ws")}/api/events")`
    const ended = `new Promise((tell) => { const s = ${socket}; s.onopen = () => tell("open"); s.onerror = () => tell("refused") })`
    assert.equal(await run(ended), "refused")
    const refused = desk.log.filter((line) => line.includes('"status":403'))
    assert.equal(refused.length, 2, `they came and were refused: ${desk.log.join(" ")}`)
    assert.deepEqual(desk.recorder.asked, [])
  })

  it("serves hashed files forever, the page never from a cache, and nothing hidden", async () => {
    const { client } = desk
    const [index, asset] = [await client.bytes("/"), await client.bytes("/assets/desk-1a2b.js")]
    assert.equal(index.headers["cache-control"], "no-store")
    assert.equal(index.headers["content-type"], "text/html; charset=utf-8")
    assert.equal(asset.headers["cache-control"], "public, max-age=31536000, immutable")
    for (const path of ["/.secret", "/assets", "/../package.json", "/%2e%2e/package.json", "/worklist"])
      await assert.rejects(client.bytes(path), { status: 404, code: "ERR_NOT_FOUND" })
  })
})
