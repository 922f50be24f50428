/** What a person would otherwise have to measure: names and sizes of controls, and what the browser has kept. */
import type { Page } from "playwright-core"

const TARGET_PX = 44

/** Every visible control without a name or smaller than 44 × 44, in words. */
export async function buttonFaults(page: Page): Promise<string[]> {
  const faults = await page.evaluate(`(() => {
    const faults = []
    for (const control of document.querySelectorAll("button, a[href], select, input, textarea, [role=radio]")) {
      const { width, height } = control.getBoundingClientRect()
      if (width === 0) continue
      const labels = control.labels ? [...control.labels].map((label) => label.innerText).join("") : ""
      const name = control.ariaLabel || control.innerText || labels
      if (!name || !name.trim()) faults.push("no name: " + control.outerHTML.slice(0, 80))
      // A field inside a label is as large a target as its label.
      const target = control.closest("label.input") ?? control
      const box = target.getBoundingClientRect()
      if (box.height < ${TARGET_PX} - 0.5 || box.width < ${TARGET_PX} - 0.5)
        faults.push(name.trim().slice(0, 20) + ": " + Math.round(box.width) + " x " + Math.round(box.height))
    }
    return faults
  })()`)
  return faults as string[]
}

/** Boxes whose text is cut off or that stick out of the page, in words. */
export async function cutText(page: Page, selector: string): Promise<string[]> {
  const cut = await page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})]
    .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 1 || box.getBoundingClientRect().right > innerWidth + 1)
    .map((box) => box.className + ": " + box.innerText.slice(0, 40))`)
  return cut as string[]
}

/** All that caches, databases, storages and the private file system of this origin hold, as one text. */
export async function keptText(page: Page): Promise<string> {
  const kept = await page.evaluate(`(async () => {
    const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]
    const done = (asked) => new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    for (const { name } of await indexedDB.databases()) {
      parts.push(name)
      const database = await done(indexedDB.open(name))
      for (const store of database.objectStoreNames)
        parts.push(JSON.stringify(await done(database.transaction(store).objectStore(store).getAll())))
      database.close()
    }
    for (const name of await caches.keys()) {
      parts.push(name)
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        parts.push(request.url)
        if (request.url.endsWith(".js")) continue
        parts.push(await (await cache.match(request)).text())
      }
    }
    const root = await navigator.storage.getDirectory()
    for await (const name of root.keys()) parts.push(name)
    return parts.join("\\n")
  })()`)
  return String(kept)
}
