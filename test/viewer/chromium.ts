/** Debian's chromium for the browser tests: one browser, a fresh context per test, faults of a page collected. */
import { existsSync } from "node:fs"
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core"

export const CHROMIUM = "/usr/bin/chromium"
export const hasChromium = existsSync(CHROMIUM)

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
]

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS })
}

export interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  /** Violations of the content security policy and errors thrown in the page. */
  readonly faults: string[]
}

/** A tablet (touch, 1180 × 820) unless told otherwise. */
export async function openPage(
  browser: Browser,
  options: { width?: number; height?: number; locale?: string; scale?: number } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1180, height: options.height ?? 820 },
    deviceScaleFactor: options.scale ?? 1,
    hasTouch: true,
    locale: options.locale ?? "ja-JP",
    // A tablet somewhere else: due times and clock times must not follow it.
    timezoneId: "America/New_York",
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on("pageerror", (error) => faults.push(String(error)))
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedScript|Trusted Type/.test(message.text())) faults.push(message.text())
  })
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => console.error('Content Security Policy: ' + e.violatedDirective + ' ' + e.blockedURI))",
  )
  return { context, page, faults }
}
