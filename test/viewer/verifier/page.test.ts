import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { isNoPackage, judgedEvidence, unreadable } from "../../../gateway/standards/evidence/judge.ts"
import type { JudgedPart } from "../../../gateway/standards/evidence/judged.ts"
import { readZip } from "../../../gateway/standards/zip/stored-zip.ts"
import { brokenPackages } from "../../journey/evidence/broken.ts"
import { exported, exportedUnderForeignPolicy, type MadePackage } from "../../journey/evidence/packages.ts"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium } from "../chromium.ts"
import { believe, choose, openVerifier, testsOn } from "./verifier-page.ts"

/** The whole corpus in the long suite; Node judges all of it in every run. */
const STRIDE = process.env.DOKUEI_LONG === undefined ? 4 : 1

describe("the verifier page", function () {
  this.timeout(240_000)
  let dist: string
  let made: MadePackage
  let browser: Browser
  before(async function () {
    if (!hasChromium) {
      console.log("      skipped: no chromium")
      this.skip()
    }
    dist = await buildViewer()
    made = await exported()
    browser = await launchChromium()
  })
  after(async () => {
    if (hasChromium) await browser.close()
  })

  /** What the gateway's own program finds of it. */
  const judgedHere = (zip: Buffer): { outcome: string; parts: readonly JudgedPart[] } => {
    try {
      const { outcome, parts, opened } = judgedEvidence(readZip(zip), made.trust, made.at)
      return { outcome: opened === null ? "unreadable" : outcome, parts }
    } catch (problem) {
      const parts = [unreadable(problem)]
      return { outcome: isNoPackage({ opened: null, parts }) ? "unreadable" : "invalid", parts }
    }
  }
  const testsOf = (parts: readonly JudgedPart[]): string[] =>
    parts.flatMap(({ name, tests }) => tests.map((test) => `${name} ${test.name} ${test.outcome}`)).sort()

  it("is one file that lets nothing be fetched and no other script run", async () => {
    const html = await readFile(join(dist, "verifier.html"), "utf8")
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? ""
    assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval'; /)
    assert.doesNotMatch(policy, /connect-src|https?:|unsafe-inline|'unsafe-eval'/)
    const script = /<script type="module">([^]*?)<\/script>/.exec(html)?.[1] ?? ""
    assert.ok(policy.includes(createHash("sha256").update(script).digest("base64")))
    assert.doesNotMatch(html.replace(script, ""), /(?:src|href)=/)
  })

  it("comes to the verdict of `dokuei verify`, test by test, of good packages and broken ones", async () => {
    const { page, faults, asked, context } = await openVerifier(browser, dist, made.at)
    try {
      assert.equal(await choose(page, "first.zip", made.zip), "invalid", "by a card made for tests")
      await page.check("[name=tests]")
      await page.waitForSelector("main.vp[data-state=indeterminate]")
      assert.equal(
        await page.locator("[data-report]").count(),
        0,
        "nothing is shown before anybody is believed",
      )
      await believe(page, made)
      await page.waitForSelector("main.vp[data-state=valid]")
      assert.equal(await page.locator("[data-report]").count(), 2)
      const broken = brokenPackages(made.files).filter((_, n) => n % STRIDE === 0)
      const corpus = [{ name: "the good one", zip: made.zip }, ...broken]
      for (const [n, { name, zip }] of corpus.entries()) {
        const here = judgedHere(zip)
        assert.equal(await choose(page, `${n}.zip`, zip), here.outcome, name)
        assert.deepEqual(await testsOn(page), testsOf(here.parts), name)
      }
      const altered = Buffer.from(made.zip)
      const place = altered.indexOf(made.files.find(({ path }) => path === "report-1/report.pdf")!.octets)
      altered.writeUInt8(altered.readUInt8(place + 100) ^ 1, place + 100)
      assert.equal(await choose(page, "altered.zip", altered), "invalid", "an octet of the ZIP is another")
      assert.match((await page.textContent("main.vp")) ?? "", /変更されています：report-1\/report\.pdf/)
      assert.deepEqual(faults, [])
      assert.deepEqual(
        asked.filter((url) => !url.startsWith("blob:")),
        [],
      )
    } finally {
      await context.close()
    }
  })

  it("leaves open what stands under a policy that only its two facilities know of, and says so", async () => {
    const foreign = await exportedUnderForeignPolicy()
    const { page, faults, context } = await openVerifier(browser, dist, foreign.at, { locale: "en-US" })
    try {
      await choose(page, "one.zip", foreign.zip)
      await page.check("[name=tests]")
      for (const anchor of await page.locator("[data-anchor]").all()) await anchor.check()
      await page.getByText("is none of HPKI's").first().waitFor({ state: "attached" })
      assert.equal(await page.getAttribute("main.vp", "data-state"), "indeterminate")
      assert.deepEqual(faults, [])
    } finally {
      await context.close()
    }
  })

  it("takes a fingerprint somebody has compared, and hands out the octets that were verified", async () => {
    const { page, faults, context } = await openVerifier(browser, dist, made.at, { locale: "en-US" })
    try {
      await choose(page, "one.zip", made.zip)
      await page.check("[name=tests]")
      await page.waitForSelector("main.vp[data-state=indeterminate]")
      assert.equal(await page.textContent(".verdict-top b"), "Cannot be confirmed")
      for (const anchor of await page.locator("[data-anchor]").all()) await anchor.check()
      await page.waitForSelector("main.vp[data-state=valid]")
      assert.equal(await page.textContent(".verdict-top b"), "Valid")
      const told = (await page.textContent("[data-test-certificate]")) ?? ""
      assert.match(told, /certificate for tests: for demonstrations only/)
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("[data-save-pdf]").first().click(),
      ])
      const saved = await readFile(await download.path())
      const pdf = made.files.find(({ path }) => path === "report-1/report.pdf")!.octets
      assert.equal(Buffer.compare(saved, pdf), 0)
      assert.deepEqual(faults, [])
    } finally {
      await context.close()
    }
  })
})
