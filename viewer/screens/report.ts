/** One request of the hospital: the report that came home, its verdict, and 受領; or the way it still has to go. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView, StaffDetail, StaffReport, Verdict } from "../../gateway/journey/views.ts"
import type { Api, ApiError } from "../api.ts"
import type { LiveEvents } from "../live-events.ts"
import { banner } from "../parts/banner.ts"
import { asApiError, Fetched } from "../parts/fetched.ts"
import { icon } from "../parts/icon.ts"
import { LightElement } from "../parts/light-element.ts"
import { failed, failureWords, isTold, skeleton } from "../parts/states.ts"
import { because, isDelayed, isNotSent } from "../parts/notices.ts"
import { examination, studyBar } from "../parts/study-bar.ts"
import { staleWords } from "../parts/updated.ts"
import { t } from "../text/language.ts"
import { daySeconds, deviceTime } from "../words/instant.ts"
import { address } from "../words/route.ts"
import { isHeld, worst } from "../words/verdict.ts"
import { recallSection } from "./report-recall.ts"
import { coveredPaper, paper, waitingPaper } from "./report-paper.ts"
import {
  acknowledgementSection,
  deletionSection,
  documentsSection,
  verdictSection,
  versionsSection,
  type Verification,
} from "./report-side.ts"

/** The version on the page: the newest, or one that it replaced. */
type Shown = Omit<StaffReport, "report"> & Pick<StaffDetail, "report"> & { readonly isEarlier: boolean }

type Act = "acknowledge" | "bind" | "recall" | "release" | "retry" | "check" | "close"

export class PageReport extends LightElement {
  static override properties = {
    api: { attribute: false },
    live: { attribute: false },
    session: { attribute: false },
    requestId: { attribute: false },
  }
  declare api: Api
  declare live: LiveEvents
  declare session: SessionView
  declare requestId: string
  readonly #detail = new Fetched(this, (by) => this.api.request(this.requestId, by))
  #checked: { reportId: string; at: Date; signature: Verdict; seal: Verdict } | null = null
  #detailOpen = false
  /** An earlier version somebody wants to read; null = the newest. */
  #version: string | null = null
  /** Report whose covered text somebody asked to see all the same. */
  #uncovered: string | null = null
  #recallOpen = false
  #recallTried = false
  #recallReason = ""
  #busy: Act | null = null
  #refusal: ApiError | null = null
  #unhear: () => void = () => undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(({ requestId }) => {
      if (requestId === null || requestId === this.requestId) void this.#detail.reload("page")
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
  }

  async #do(act: Act, work: () => Promise<void>): Promise<void> {
    this.#busy = act
    this.#refusal = null
    this.requestUpdate()
    try {
      await work()
    } catch (error) {
      this.#refusal = asApiError(error)
    }
    this.#busy = null
    this.requestUpdate()
  }

  #acknowledge(): Promise<void> {
    return this.#do("acknowledge", async () => {
      await this.api.acknowledge(this.requestId)
      await this.#detail.reload()
    })
  }

  #release(): Promise<void> {
    return this.#do("release", async () => {
      await this.api.release(this.requestId)
      await this.#detail.reload()
    })
  }

  #checkAgain(reportId: string): Promise<void> {
    return this.#do("check", async () => {
      const verdicts = await this.api.verification(reportId)
      this.#checked = { reportId, at: this.api.clock.now(), ...verdicts }
    })
  }

  #shown(detail: StaffDetail): Shown {
    const earlier = detail.earlier.find(({ report }) => report.reportId === this.#version)
    return earlier === undefined ? { ...detail, isEarlier: false } : { ...earlier, isEarlier: true }
  }

  #show(reportId: string): void {
    this.#version = reportId
    this.#detailOpen = false
    this.requestUpdate()
    void this.updateComplete.then(() => {
      this.querySelector("main")?.scrollTo(0, 0)
      this.querySelector("main")?.focus()
    })
  }

  /** The last answer counts; nothing may turn a verdict the list already knows to be bad into a good one. */
  #verification(detail: StaffDetail, shown: Shown): Verification {
    const fresh = this.#checked?.reportId === shown.report?.reportId ? this.#checked : null
    const signature = fresh?.signature ?? shown.signature
    const seal = fresh?.seal ?? shown.seal
    const listed = fresh === null && !shown.isEarlier ? detail.verdict : null
    const outcome = worst([signature?.outcome, seal?.outcome, listed])
    return {
      signature,
      seal,
      outcome,
      testCertificate: shown.testCertificate,
      checkedAgainAt: fresh?.at ?? null,
    }
  }

  #acknowledgeButton(verification: Verification): unknown {
    if (!isHeld(verification.outcome))
      return html`<small class="hint"
        >${t(verification.outcome === "invalid" ? "ack.not-invalid" : "ack.not-checked")}</small
      >`
    return html`<button
      class="btn btn-primary"
      ?disabled=${this.#busy !== null}
      @click=${() => this.#acknowledge()}
    >
      ${icon("check", "s")}${t("ack.acknowledge")}
    </button>`
  }

  #retry(): Promise<void> {
    return this.#do("retry", async () => {
      await this.api.retry(this.requestId)
      await this.#detail.reload()
    })
  }

  /** What was given up, or what waits for its next try; nothing where neither is so. */
  #retryButton({ notices }: StaffDetail): unknown {
    if (!isNotSent(notices) && !isDelayed(notices)) return nothing
    return html`<div>
      <button class="btn" ?disabled=${this.#busy !== null} @click=${() => this.#retry()}>
        ${icon("refresh", "s")}${t(isNotSent(notices) ? "action.send-again" : "action.try-now")}
      </button>
    </div>`
  }

  #close(): Promise<void> {
    return this.#do("close", async () => {
      await this.api.close(this.requestId)
      await this.#detail.reload()
    })
  }

  #proposals({ proposals }: StaffDetail): TemplateResult {
    return html`<ul class="stack stack-2">
      ${proposals.map(
        (each) =>
          html`<li class="row wrap between decide-card">
            <span class="stack"
              ><b>${examination(each)}</b
              ><small class="sub"
                >${each.studyDateTime === null ? nothing : html`${deviceTime(each.studyDateTime)}${t("list.dot")}`}${t("arrival.count", { n: each.instances })}</small
              >${each.otherName ? html`<small class="row t-warn">${icon("alert", "s")}${t("proposal.other-name")}</small>` : nothing}</span
            ><button class="btn" ?disabled=${this.#busy !== null} @click=${() => this.#bind(each.studyId)}>
              ${icon("link", "s")}${t("action.bind")}
            </button>
          </li>`,
      )}
    </ul>`
  }

  #recallSection(detail: StaffDetail): unknown {
    return recallSection({
      detail,
      now: this.api.clock.now(),
      open: this.#recallOpen,
      busy: this.#busy !== null,
      missing: this.#recallTried && this.#recallReason.trim() === "",
      toggle: () => {
        this.#recallOpen = !this.#recallOpen
        this.#recallTried = false
        this.#recallReason = ""
        this.requestUpdate()
      },
      reason: (text) => {
        this.#recallReason = text
      },
      recall: () => void this.#recall(),
    })
  }

  async #recall(): Promise<void> {
    this.#recallTried = true
    const reason = this.#recallReason.trim()
    if (reason === "") {
      this.requestUpdate()
      return
    }
    await this.#do("recall", async () => {
      await this.api.recall(this.requestId, reason)
      await this.#detail.reload()
    })
  }

  #bind(studyId: string): Promise<void> {
    return this.#do("bind", async () => {
      await this.api.bind(this.requestId, studyId)
      await this.#detail.reload()
    })
  }

  #releaseButton(detail: StaffDetail): unknown {
    if (detail.action === "close")
      return html`<div>
        <button class="btn" ?disabled=${this.#busy !== null} @click=${() => this.#close()}>
          ${t("action.close")}
        </button>
      </div>`
    if (detail.proposals.length > 0) return this.#proposals(detail)
    if (detail.action !== "release") return this.#retryButton(detail)
    return html`<div>
      <button class="btn btn-primary" ?disabled=${this.#busy !== null} @click=${() => this.#release()}>
        ${icon("send", "s")}${t("action.release")}
      </button>
    </div>`
  }

  /** An earlier version is read, never acted upon. */
  #superseded(shown: Shown, detail: StaffDetail): unknown {
    const newest = detail.report
    if (!shown.isEarlier || newest === null || shown.report === null) return nothing
    return banner(
      "warn",
      "history",
      html`<b>${t("report.superseded", { n: shown.report.version, by: newest.version })}</b>`,
      html`<button class="btn" @click=${() => this.#show(newest.reportId)}>
        ${t("action.open-version", { n: newest.version })}
      </button>`,
    )
  }

  /** What does not get through of a case whose report is here; without a report the page itself says it. */
  #trouble(detail: StaffDetail): unknown {
    const reason = detail.way.find((station) => station.reason !== null)?.reason ?? null
    if (detail.report === null || reason === null) return nothing
    return banner("warn", "alert", because(reason), this.#retryButton(detail))
  }

  /** The reading centre keeps what was taken back: nothing matters more. */
  #recallRefused(detail: StaffDetail): unknown {
    const refused = detail.recall === null ? null : detail.notices.find(({ code }) => code === "refused")
    if (!refused) return null
    const words = html`<b>${t("recall.refused")}</b> ${because(refused.reason ?? "")}`
    return banner("warn", "alert", words, this.#retryButton(detail))
  }

  #notice(detail: StaffDetail, shown: Shown, verification: Verification): unknown {
    if (isTold(this.#refusal)) return banner("danger", "alert", failureWords(this.#refusal))
    const { failure } = this.#detail
    if (failure !== null && failure.code !== "ERR_OFFLINE")
      return banner("warn", "clock", staleWords(this.#detail, this.api.clock.now()))
    if (verification.outcome === "invalid" && this.#uncovered === shown.report?.reportId)
      return banner("danger", "alert", html`<b>${t("verdict-text.do-not-use")}</b>`)
    if (shown.isEarlier) return this.#superseded(shown, detail)
    return this.#recallRefused(detail) ?? this.#corrected(detail) ?? this.#trouble(detail)
  }

  /** Told until something does not get through; while it is to be received nothing else matters more. */
  #corrected({ report, revision, way }: StaffDetail): unknown {
    const isOpen = revision !== null || way.every(({ reason }) => reason === null)
    return isOpen && (report?.status === "corrected" || report?.status === "amended")
      ? banner("warn", "history", t("report.corrected", { n: report.version }))
      : null
  }

  #printed(): string {
    return t("report.printed", {
      name: this.session.person?.name ?? "",
      at: daySeconds(this.api.clock.now()),
    })
  }

  #left(detail: StaffDetail, shown: Shown, verification: Verification): TemplateResult {
    const { report } = shown
    const now = this.api.clock.now()
    if (report === null)
      return waitingPaper(detail, now, html`${this.#releaseButton(detail)} ${this.#recallSection(detail)}`)
    if (verification.outcome === "invalid" && this.#uncovered !== report.reportId)
      return coveredPaper(() => {
        this.#uncovered = report.reportId
        this.requestUpdate()
      })
    return paper(detail, report, this.api, {
      site: this.session.site,
      printed: this.#printed(),
      outcome: verification.outcome,
      testCertificate: shown.testCertificate,
      replacedBy: shown.isEarlier ? (detail.report?.version ?? null) : null,
    })
  }

  #side(detail: StaffDetail, shown: Shown, verification: Verification): unknown {
    const { report } = shown
    const now = this.api.clock.now()
    if (report === null) return html`${deletionSection(detail)}`
    return html`${verdictSection({
      verification,
      detailOpen: this.#detailOpen,
      busy: this.#busy !== null,
      toggleDetail: () => {
        this.#detailOpen = !this.#detailOpen
        this.requestUpdate()
      },
      checkAgain: () => void this.#checkAgain(report.reportId),
    })}
    ${shown.isEarlier ? nothing : acknowledgementSection(detail, now, this.#acknowledgeButton(verification))}
    ${versionsSection(detail, report.reportId, now, (reportId) => this.#show(reportId))}
    ${deletionSection(detail)}
    ${
      isHeld(verification.outcome)
        ? documentsSection(report.reportId, shown.isEarlier ? [] : detail.deliveries, this.api, now)
        : nothing
    }
    ${shown.isEarlier ? nothing : this.#recallSection(detail)}`
  }

  #printButton(detail: StaffDetail, verification: Verification): unknown {
    if (detail.report === null || verification.outcome === "invalid") return nothing
    return html`<button class="btn" @click=${() => print()}>
      ${icon("print", "s")}${t("action.print")}
    </button>`
  }

  #ready(detail: StaffDetail): TemplateResult {
    const shown = this.#shown(detail)
    const verification = this.#verification(detail, shown)
    const bare = detail.report === null && detail.deletions.length === 0
    return html`${studyBar({
        back: address.staff,
        backLabel: t("nav.back-to-list"),
        patient: detail.patient,
        study: detail.study,
        requestNumber: detail.requestNumber,
        way: detail.report === null ? [] : detail.way,
        now: this.api.clock.now(),
        action: this.#printButton(detail, verification),
      })}
      ${this.#notice(detail, shown, verification)}
      <main
        class="fill rep ${bare ? "rep-bare" : ""} ${verification.outcome === "invalid" ? "no-print" : ""}"
        tabindex="-1"
      >
        ${this.#left(detail, shown, verification)}
        <aside class="stack stack-4">${this.#side(detail, shown, verification)}</aside>
      </main>`
  }

  override render(): TemplateResult {
    const { answer, failure, slow } = this.#detail
    if (answer !== null) return this.#ready(answer.value)
    return html`<main class="fill">
      ${
        failure !== null
          ? failed("report.failed", failure, () => void this.#detail.reload())
          : slow
            ? skeleton(t("report.loading"))
            : nothing
      }
    </main>`
  }
}
customElements.define("page-report", PageReport)
