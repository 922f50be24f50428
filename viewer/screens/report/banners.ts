/** The one line above a report that matters most now. */
import { html } from "lit"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import { banner } from "../../parts/banner.ts"
import { because } from "../../parts/notices.ts"
import { t } from "../../text/language.ts"
import { documentName } from "../../words/document-name.ts"
import { changedBanner } from "./preliminary.ts"
import { nameOf, successor, type Shown } from "./shown.ts"

export interface BannerActs {
  readonly show: (reportId: string) => void
  /** Tries again what does not get through. */
  readonly retry: unknown
}

/** Of a case whose page and verdict are well; null = nothing has to be said. */
export function caseBanner(detail: StaffDetail, shown: Shown, acts: BannerActs): unknown {
  if (shown.isEarlier) return superseded(detail, shown, acts)
  return (
    recallRefused(detail, acts) ?? changedBanner(detail) ?? corrected(detail, acts) ?? trouble(detail, acts)
  )
}

/** An earlier version is read, never acted upon. */
function superseded(detail: StaffDetail, shown: Shown, { show }: BannerActs): unknown {
  const newest = successor(detail, shown)
  if (newest === null || shown.report === null) return null
  const { addendum, version } = shown.report
  const words =
    addendum === undefined
      ? t("report.superseded", { n: version, by: newest.version })
      : t("addendum.superseded", { n: addendum.number, by: newest.version })
  return banner(
    "warn",
    "history",
    html`<b>${words}</b>`,
    html`<button class="btn" @click=${() => show(newest.reportId)}>
      ${t("action.open-version", { n: newest.version })}
    </button>`,
  )
}

/** The reading centre keeps what was taken back: nothing matters more. */
function recallRefused({ recall, notices }: StaffDetail, { retry }: BannerActs): unknown {
  const refused = recall === null ? undefined : notices.find(({ code }) => code === "refused")
  if (refused === undefined) return null
  const words = html`<b>${t("recall.refused")}</b> ${because(refused.reason ?? "")}`
  return banner("warn", "alert", words, retry)
}

/** Told until something does not get through; while it is to be received nothing else matters more. */
function corrected({ report, revision, way, addenda }: StaffDetail, { show }: BannerActs): unknown {
  const isOpen = revision !== null || way.every(({ reason }) => reason === null)
  const arrived = addenda.find((each) => each.report.addendum?.number === revision?.addendum)?.report
  if (arrived?.addendum !== undefined)
    return banner(
      "warn",
      "pen",
      html`<b>${t("addendum.arrived", { document: nameOf(arrived) })}</b> ${t("addendum.arrived-note")}`,
      html`<button class="btn" @click=${() => show(arrived.reportId)}>
        ${documentName({ addendum: arrived.addendum.number, version: arrived.version }, "read")}
      </button>`,
    )
  return isOpen && (report?.status === "corrected" || report?.status === "amended")
    ? banner("warn", "history", t("report.corrected", { n: report.version }))
    : null
}

/** What does not get through of a case whose report is here; without a report the page itself says it. */
function trouble({ way, report }: StaffDetail, { retry }: BannerActs): unknown {
  const reason = way.find((station) => station.reason !== null)?.reason ?? null
  return report === null || reason === null ? null : banner("warn", "alert", because(reason), retry)
}
