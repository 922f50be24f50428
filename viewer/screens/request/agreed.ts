/** What the agreement with the reading centre chosen says about a request. */
import type { RequestInput } from "../../../gateway/journey/views/request.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { dueAhead, duration } from "../../parts/due-dial.ts"
import { t } from "../../text/language.ts"

export type Agreed = SessionView["agreements"][number]

export const agreedOf = (session: SessionView, { agreement }: RequestInput): Agreed | undefined =>
  session.agreements.find(({ id }) => id === agreement)

/** When it is due if it is sent now; "" where nothing is agreed. */
export function dueWords(agreed: Agreed | undefined, { urgency }: RequestInput, now: Date): string {
  const minutes = agreed?.dueMinutes[urgency]
  return minutes === undefined
    ? ""
    : t("form.due-hint", {
        due: dueAhead(minutes, now),
        within: duration({ hours: Math.floor(minutes / 60), minutes: minutes % 60 }),
      })
}

/** Images wait at home until a consent of the agreement's policies is on record. */
export function lacksConsent(agreed: Agreed | undefined, { consent }: RequestInput): boolean {
  const policies = agreed?.consentPolicies ?? []
  return policies.length > 0 && policies.every(({ policy }) => policy !== consent)
}

/** "" where the agreement wants none. */
export function consentWords(agreed: Agreed | undefined, { consent }: RequestInput): string {
  const policies = agreed?.consentPolicies ?? []
  const chosen = policies.find(({ policy }) => policy === consent)
  return policies.length === 0 ? "" : (chosen?.name ?? t("consent.waits"))
}
