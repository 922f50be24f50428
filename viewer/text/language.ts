/**
 * The language the page speaks. Pure: messages in, words out; who listens is told by `onLanguage`.
 *
 * A message is plain text with `{name}` for a value and `{name|image|images}` for a word that follows a count
 * (Japanese needs none). Keys are those of `ja.ts`; `en.ts` must have exactly the same, which the compiler checks.
 */
import { en } from "./en.ts"
import { ja } from "./ja.ts"

export type Language = "ja" | "en"
export type MessageKey = keyof typeof ja
export type Values = Readonly<Record<string, string | number>>

const MESSAGES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { ja, en }
const PLACE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g

/** Puts values into a message. A missing value is shown as its name in braces: visible, never silent. */
export function fill(message: string, values: Values): string {
  return message.replace(PLACE, (place, name: string, one?: string, many?: string) => {
    const value = values[name]
    if (value === undefined) return place
    return one === undefined || many === undefined ? String(value) : Number(value) === 1 ? one : many
  })
}

let spoken: Language = "ja"
const listeners = new Set<() => void>()

export function language(): Language {
  return spoken
}

export function speak(next: Language): void {
  if (next === spoken) return
  spoken = next
  for (const listener of listeners) listener()
}

/** Calls back after each change; the returned function ends it. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The words for `key` in the language spoken now. */
export function t(key: MessageKey, values: Values = {}): string {
  return fill(MESSAGES[spoken][key], values)
}

/** Words for a key made at run time (an error code, a test's name); null when there are none. */
export function maybe(key: string, values: Values = {}): string | null {
  return Object.hasOwn(ja, key) ? t(key as MessageKey, values) : null
}
