/** What must be told of a row besides where it stands: one calm line each, with the reason where there is one. */
import { html, type TemplateResult } from "lit"
import type { Notice } from "../../gateway/journey/views/notice.ts"
import { maybe, t } from "../text/language.ts"
import { dayTime } from "../words/instant.ts"
import { icon } from "./icon.ts"

/** What was given up may be sent again by whoever looks at it. */
export const isNotSent = (notices: readonly Notice[]): boolean =>
  notices.some(({ code }) => code === "not-sent" || code === "refused")

/** Something of it fails and waits for its next try, which need not be waited for. */
export const isDelayed = (notices: readonly Notice[]): boolean =>
  notices.some(({ code }) => code === "delayed")

/** `ERR_X` or `ERR_X` and what the other side answered: our sentence for it, else as it stands. */
export function because(reason: string): string {
  const [code = reason, ...peer] = reason.split(" ")
  const words = maybe(`code.${code}`)
  return words === null ? reason : [words, ...peer].join(" ")
}

export function noticeWords({ code, reason, at, count }: Notice): string {
  const words = t(`notice.${code}`, {
    ...(at === undefined ? {} : { at: dayTime(new Date(at)) }),
    ...(count === undefined ? {} : { count }),
  })
  return reason === null ? words : `${words}${t("list.space")}${because(reason)}`
}

export function noticeLines(notices: readonly Notice[]): TemplateResult[] {
  return notices.map(
    (notice) =>
      html`<small class="row t-warn" data-notice=${notice.code}
        >${icon("alert", "s")}<span>${noticeWords(notice)}</span></small
      >`,
  )
}
