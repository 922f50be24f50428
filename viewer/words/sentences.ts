/** What a hospital wrote in several fields, as running text: each field ends as a sentence of its own script does. */

const ENDED = /[。．.!?！？]$/u
const JAPANESE_END = /[\u3000-\u30ff\u3400-\u9fff\uff01-\uffef]$/u

function ended(text: string): string {
  if (ENDED.test(text)) return text
  return JAPANESE_END.test(text) ? `${text}。` : `${text}.`
}

/** `頭痛`, `高血圧で加療中。` → `頭痛。高血圧で加療中。`; empty fields are left out. */
export function sentences(fields: readonly string[]): string {
  return fields
    .map((field) => field.trim())
    .filter((field) => field !== "")
    .map(ended)
    .reduce((text, next) => (text === "" || text.endsWith("。") ? text + next : `${text} ${next}`), "")
}
