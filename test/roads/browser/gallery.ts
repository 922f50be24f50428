/**
 * Pictures of the real screens for a person to look at, in both languages: written to the folder named by
 * DOKUEI_SCREENSHOTS; without it nothing is taken.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Tablet } from "./tablet.ts"

/** A drawing settles: a transition lasts 240 ms (viewer/tokens.css). */
const SETTLED_MS = 400

const folder = process.env.DOKUEI_SCREENSHOTS ?? ""

/** The screen as it stands, in the language it speaks. */
export async function picture({ page }: Tablet, name: string): Promise<void> {
  if (folder === "") return
  mkdirSync(folder, { recursive: true })
  await page.waitForTimeout(SETTLED_MS)
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" })
}

/** The screen in both languages, loaded anew for each; `landmark` says that it is drawn. Ends in Japanese. */
export async function pictures(tablet: Tablet, name: string, landmark: string): Promise<void> {
  if (folder === "") return
  for (const language of ["en", "ja"]) {
    await tablet.page.evaluate(`localStorage.setItem("dokuei.language", "${language}")`)
    await tablet.page.reload()
    await tablet.page.locator(landmark).first().waitFor()
    await picture(tablet, `${name}-${language}`)
  }
}
