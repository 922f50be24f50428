/** The one thing this page keeps on the device: which language it speaks. */
import { language, onLanguage, speak, type Language } from "./language.ts"

const KEY = "dokuei.language"

const asLanguage = (text: string | null | undefined): Language | null =>
  text === "ja" || text === "en" ? text : null

/** What was chosen here before, else what the browser prefers; Japanese when it prefers neither. */
export function keepLanguage(): void {
  const preferred = navigator.languages.map((tag) => asLanguage(tag.slice(0, 2))).find((tag) => tag !== null)
  speak(asLanguage(localStorage.getItem(KEY)) ?? preferred ?? "ja")
  document.documentElement.lang = language()
  onLanguage(() => {
    localStorage.setItem(KEY, language())
    document.documentElement.lang = language()
  })
}
