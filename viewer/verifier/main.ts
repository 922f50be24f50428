/** Entry of the verifier page: what Node has first, then the page, in the language the browser prefers. */
import "./globals.ts"
import "../tokens.css"
import "../components.css"
import "./verifier.css"
import "./page.ts"
import { language, onLanguage, speak } from "../text/language.ts"

speak(navigator.languages.some((tag) => tag.startsWith("ja")) ? "ja" : "en")
document.documentElement.lang = language()
onLanguage(() => {
  document.documentElement.lang = language()
})
