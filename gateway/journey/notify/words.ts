/** The mail itself: a number, the name of our own institution and a link. No patient, no request, no partner. */
import type { NoticeSubject } from "./waiting.ts"

export interface Told {
  readonly about: NoticeSubject
  readonly count: number
  readonly siteName: string
  /** Address of the desk. */
  readonly link: string
}

type Words = (told: Told) => { readonly subject: string; readonly lines: readonly string[] }

const JA: Readonly<Record<NoticeSubject, Words>> = {
  report: ({ count, siteName }) => ({
    subject: `［読影］受領待ちの報告書 ${count}件`,
    lines: [`${siteName}に、まだ受領していない報告書（仮報告を含む）が ${count}件あります。`],
  }),
  stat: ({ count, siteName }) => ({
    subject: `［読影］緊急の検査 ${count}件`,
    lines: [`${siteName}に、読影を待つ緊急の検査が ${count}件あります。`],
  }),
  late: ({ count, siteName }) => ({
    subject: `［読影］署名・時刻認証の遅れ ${count}件`,
    lines: [
      `${siteName}に、署名または時刻認証が24時間を過ぎても済んでいない報告書が ${count}件あります。`,
      "一覧を開いて理由を確かめ、署名サービスと時刻認証局への接続を点検してください。",
    ],
  }),
  certificate: ({ count, siteName }) => ({
    subject: `［読影］期限の近い証明書 ${count}件`,
    lines: [
      `${siteName}に、期限が90日以内に切れる、または切れた証明書が ${count}件あります。`,
      "次の証明書を申し込み、相手先に知らせてください。",
    ],
  }),
}
const EN: Readonly<Record<NoticeSubject, Words>> = {
  report: ({ count, siteName }) => ({
    subject: `[Reading] ${count} ${count === 1 ? "report" : "reports"} to be received`,
    lines: [
      `${count} ${count === 1 ? "report waits" : "reports wait"} to be received at ${siteName}, preliminary ones included.`,
    ],
  }),
  stat: ({ count, siteName }) => ({
    subject: `[Reading] ${count} STAT ${count === 1 ? "study" : "studies"}`,
    lines: [`${count} STAT ${count === 1 ? "study waits" : "studies wait"} to be read at ${siteName}.`],
  }),
  late: ({ count, siteName }) => ({
    subject: `[Reading] ${count} ${count === 1 ? "report is" : "reports are"} late for signature or time stamp`,
    lines: [
      `${count} ${count === 1 ? "report" : "reports"} at ${siteName} ${count === 1 ? "has" : "have"} waited more than 24 hours for a signature or its time stamp.`,
      "Open the list and read why; look whether signing service and time-stamp authority can be reached.",
    ],
  }),
  certificate: ({ count, siteName }) => ({
    subject: `[Reading] ${count} ${count === 1 ? "certificate ends" : "certificates end"} soon`,
    lines: [
      `${count} ${count === 1 ? "certificate" : "certificates"} at ${siteName} will end within 90 days, or ended.`,
      "Apply for the next ones and tell the partners.",
    ],
  }),
}
const END = {
  ja: "このメールは自動で送っています。返信は読まれません。患者さんの情報は含みません。",
  en: "This mail is sent by a machine; nobody reads answers to it. It holds nothing about patients.",
} as const

export function mailText(
  language: "ja" | "en",
  told: Told,
): { readonly subject: string; readonly text: string } {
  const { subject, lines } = (language === "ja" ? JA : EN)[told.about](told)
  return { subject, text: [...lines, told.link, "", END[language], ""].join("\n") }
}
