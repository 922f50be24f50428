/** How old what stands on the screen is, by the gateway's clock. */
import { t } from "../text/language.ts"
import { clockSeconds, clockTime } from "../words/instant.ts"
import type { Fetched } from "./fetched.ts"

function receivedAt(fetched: Fetched<unknown>, now: Date): Date {
  const ageMs = fetched.answer === null ? 0 : performance.now() - fetched.answer.receivedMs
  return new Date(now.getTime() - ageMs)
}

/** `14:08:31 更新` */
export function updatedWords(fetched: Fetched<unknown>, now: Date): string {
  return t("list.updated", { time: clockSeconds(receivedAt(fetched, now)) })
}

/** `表示は 14:01 のものです（7分前）` */
export function staleWords(fetched: Fetched<unknown>, now: Date): string {
  const at = receivedAt(fetched, now)
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000)
  return t("list.stale", { time: clockTime(at), minutes })
}
