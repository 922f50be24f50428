/** What the bridge says in its window: in Japanese where the PC's language is (LC_ALL, LC_MESSAGES, LANG), else in English. */

const EN = {
  ready: "Card bridge for {origin} at http://127.0.0.1:{port}. End it with Ctrl-C.",
  code: "Code for the signing page: {code}",
  asked: "\n{time}  A signature is asked for.",
  case: "  Case    {caseNumber}",
  sha256: "  Signed  {sha256}",
  compare:
    "  The case must be that of the signing page, and one of these SHA-256 that of its PDF. Empty line or Esc: do not sign.",
  pin: "PIN of the card: ",
  signed: "Signed.",
  cancelled: "Not signed.",
  "pin-wrong": "The card refuses the PIN, and has counted that. It is not tried again by itself.",
  "pin-blocked": "The card is at its last try, or locked. Ask its issuer before you go on.",
  "other-card": "This is another card than the one confirmed for the reader. No PIN was asked for.",
  "no-card": "There is no such card in the reader, or its driver does not answer.",
  failed: "The card did not sign: {why}",
} as const

const JA: Readonly<Record<keyof typeof EN, string>> = {
  ready: "{origin} 用のカードブリッジ（http://127.0.0.1:{port}）。終了は Ctrl-C。",
  code: "署名画面に入れるコード：{code}",
  asked: "\n{time}　署名の依頼があります。",
  case: "  症例    {caseNumber}",
  sha256: "  署名対象 {sha256}",
  compare:
    "  症例が署名画面と同じで、SHA-256 の一つが画面の PDF と同じことを確かめてください。署名しないときは、空のまま Enter か Esc。",
  pin: "カードの暗証番号：",
  signed: "署名しました。",
  cancelled: "署名していません。",
  "pin-wrong": "暗証番号が違います。カードは失敗を数えました。自動では再試行しません。",
  "pin-blocked": "カードはロックされたか、残り 1 回です。続ける前に発行元へ連絡してください。",
  "other-card": "この読影医について確認されたカードではありません。暗証番号は求めていません。",
  "no-card": "カードが入っていないか、ドライバーが応答しません。",
  failed: "カードで署名できません：{why}",
}

export type BridgeWord = keyof typeof EN
export type Say = (word: BridgeWord, values?: Readonly<Record<string, string | number>>) => string

/** @param env of the process */
export function wordsFor(env: NodeJS.ProcessEnv): Say {
  const language = env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? ""
  const words = language.startsWith("ja") ? JA : EN
  return (word, values = {}) =>
    words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""))
}
