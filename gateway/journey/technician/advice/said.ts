/** The shape of an advice: what is, what is safe, and then the steps, in Japanese and English. */

export interface Advice {
  /** What is. */
  readonly title: string
  /** What is safe, or what it means. */
  readonly note: string
  readonly steps: readonly string[]
}
export interface Said {
  readonly ja: Advice
  readonly en: Advice
}

/** Title, note, then the steps, in both languages. */
export const said = (
  ja: readonly [title: string, note: string, ...steps: string[]],
  en: readonly [title: string, note: string, ...steps: string[]],
): Said => ({ ja: advice(ja), en: advice(en) })
const advice = ([title, note, ...steps]: readonly [string, string, ...string[]]): Advice => ({
  title,
  note,
  steps,
})

/** What is safe whatever the line does. */
export const KEPT_JA = "撮影と保管は続いています。画像は失われません。"
export const KEPT_EN = "Scanning and storing go on. No image is lost."
/** What is safe also while images are turned away. */
export const HERE_JA = "すでに届いた画像は失われません。"
export const HERE_EN = "What has arrived is safe."

/** The same advice while images are turned away for another reason: that storing goes on would not be true. */
export const whileTurningAway = ({ ja, en }: Said): Said => ({
  ja: { ...ja, note: ja.note.replace(KEPT_JA, HERE_JA) },
  en: { ...en, note: en.note.replace(KEPT_EN, HERE_EN) },
})
