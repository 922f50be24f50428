/** The verifier page as a stranger opens it: from a disk, with nothing to reach. */
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { pem } from "../../../gateway/commands/pki-authority.ts"
import type { MadePackage } from "../../journey/evidence/packages.ts"
import { openPage, type Opened } from "../chromium.ts"

export interface OpenVerifier extends Opened {
  /** Addresses the page asked for, beside its own. */
  readonly asked: readonly string[]
}

export async function openVerifier(
  browser: Browser,
  dist: string,
  at: Date,
  options: Parameters<typeof openPage>[1] = {},
): Promise<OpenVerifier> {
  const opened = await openPage(browser, options)
  const file = `file://${join(dist, "verifier.html")}`
  const asked: string[] = []
  opened.page.on("request", (request) => {
    if (request.url() !== file) asked.push(request.url())
  })
  await opened.context.setOffline(true)
  await opened.page.clock.setFixedTime(at)
  await opened.page.goto(file)
  await opened.page.waitForSelector("main.vp[data-state=empty]")
  return { ...opened, asked }
}

/** Resolves with the state the page comes to. */
export async function choose(page: Page, name: string, buffer: Buffer): Promise<string> {
  await page.setInputFiles("[data-choose=file]", { name, mimeType: "application/zip", buffer })
  await page.locator(".verdict-top").getByText(name, { exact: true }).waitFor()
  return (await page.getAttribute("main.vp", "data-state")) ?? ""
}

export async function believe(page: Page, { anchors }: MadePackage): Promise<void> {
  for (const use of ["hpki", "seal", "tsa"] as const) {
    const buffer = Buffer.from(anchors[use].map(({ encoded }) => pem("CERTIFICATE", encoded)).join(""))
    await page.setInputFiles(`[data-bring=${use}]`, { name: `${use}.pem`, mimeType: "text/plain", buffer })
  }
  await page.check("[name=tests]")
}

/** `report digest fail`, sorted: what the page shows. */
export const testsOn = (page: Page): Promise<string[]> =>
  page.$$eval(".vp-part", (parts) =>
    parts
      .flatMap((part) =>
        [...part.querySelectorAll("[data-test]")].map((test) =>
          [
            part.getAttribute("data-part"),
            test.getAttribute("data-test"),
            test.getAttribute("data-outcome"),
          ].join(" "),
        ),
      )
      .sort(),
  )
