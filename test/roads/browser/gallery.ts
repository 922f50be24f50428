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

/** A desk's screen, a tablet held upright, a telephone. */
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 820, height: 1180 },
  { width: 390, height: 844 },
] as const

/** The same at every size; `open` is done after each load. Ends in Japanese at the size it had, loaded anew. */
export async function everySize(
  tablet: Tablet,
  name: string,
  landmark: string,
  open: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (folder === "") return
  const { page } = tablet
  const before = page.viewportSize()
  for (const language of ["en", "ja"]) {
    await page.evaluate(`localStorage.setItem("dokuei.language", "${language}")`)
    for (const size of SIZES) {
      await page.setViewportSize(size)
      await page.reload()
      await page.locator(landmark).first().waitFor()
      await open()
      await picture(tablet, `${name}-${size.width}-${language}`)
    }
  }
  if (before !== null) await page.setViewportSize(before)
  await page.reload()
  await page.locator(landmark).first().waitFor()
}
