/** One request of the hospital: the report that came home, its verdict, and 受領; or the way it still has to go. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView, StaffDetail, Verdict } from "../../gateway/journey/views.ts"
import type { Api, ApiError } from "../api.ts"
import type { LiveEvents } from "../live-events.ts"
import { banner } from "../parts/banner.ts"
import { asApiError, Fetched } from "../parts/fetched.ts"
import { icon } from "../parts/icon.ts"
import { LightElement } from "../parts/light-element.ts"
import { failed, failureWords, skeleton } from "../parts/states.ts"
import { isNotSent } from "../parts/notices.ts"
import { examination, studyBar } from "../parts/study-bar.ts"
import { staleWords } from "../parts/updated.ts"
import { t } from "../text/language.ts"
import { daySeconds, deviceTime } from "../words/instant.ts"
import { address } from "../words/route.ts"
import { worst } from "../words/verdict.ts"
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
  #checked: { reportId: string; signature: Verdict; seal: Verdict } | null = null
  #detailOpen = false
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
      this.#checked = { reportId, ...(await this.api.verification(reportId)) }
    })
  }

  /** The last answer counts; nothing may turn a verdict the list already knows to be bad into a good one. */
  #verification(detail: StaffDetail): Verification {
    const fresh = this.#checked?.reportId === detail.report?.reportId ? this.#checked : null
    const signature = fresh?.signature ?? detail.signature
    const seal = fresh?.seal ?? detail.seal
    const listed = fresh === null ? detail.verdict : null
    return { signature, seal, outcome: worst([signature?.outcome, seal?.outcome, listed]) }
  }

  #acknowledgeButton(verification: Verification): unknown {
    if (verification.outcome === "invalid") return html`<small class="hint">${t("ack.not-invalid")}</small>`
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

  #retryButton(): TemplateResult {
    return html`<div>
      <button class="btn" ?disabled=${this.#busy !== null} @click=${() => this.#retry()}>
        ${icon("refresh", "s")}${t("action.send-again")}
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
    if (isNotSent(detail.notices)) return this.#retryButton()
    if (detail.action !== "release") return nothing
    return html`<div>
      <button class="btn btn-primary" ?disabled=${this.#busy !== null} @click=${() => this.#release()}>
        ${icon("send", "s")}${t("action.release")}
      </button>
    </div>`
  }

  #notice(detail: StaffDetail, verification: Verification): unknown {
    if (this.#refusal !== null) return banner("danger", "alert", failureWords(this.#refusal))
    const { failure } = this.#detail
    if (failure !== null && failure.code !== "ERR_OFFLINE")
      return banner("warn", "clock", staleWords(this.#detail, this.api.clock.now()))
    if (verification.outcome === "invalid" && this.#uncovered === detail.report?.reportId)
      return banner("danger", "alert", html`<b>${t("verdict-text.do-not-use")}</b>`)
    return detail.report?.status === "corrected" || detail.report?.status === "amended"
      ? banner("warn", "history", t("report.corrected", { n: detail.report.version }))
      : nothing
  }

  #printed(): string {
    return t("report.printed", {
      name: this.session.person?.name ?? "",
      at: daySeconds(this.api.clock.now()),
    })
  }

  #left(detail: StaffDetail, verification: Verification): TemplateResult {
    const { report } = detail
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
      signed: verification.outcome !== "invalid",
    })
  }

  #side(detail: StaffDetail, verification: Verification): unknown {
    const { report } = detail
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
    ${acknowledgementSection(detail, now, this.#acknowledgeButton(verification))}
    ${versionsSection(detail, now)} ${deletionSection(detail)}
    ${verification.outcome === "invalid" ? nothing : documentsSection(report.reportId, detail.deliveries, this.api, now)}
    ${this.#recallSection(detail)}`
  }

  #printButton(detail: StaffDetail, verification: Verification): unknown {
    if (detail.report === null || verification.outcome === "invalid") return nothing
    return html`<button class="btn" @click=${() => print()}>
      ${icon("print", "s")}${t("action.print")}
    </button>`
  }

  #ready(detail: StaffDetail): TemplateResult {
    const verification = this.#verification(detail)
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
      ${this.#notice(detail, verification)}
      <main
        class="fill rep ${bare ? "rep-bare" : ""} ${verification.outcome === "invalid" ? "no-print" : ""}"
        tabindex="-1"
      >
        ${this.#left(detail, verification)}
        <aside class="stack stack-4">${this.#side(detail, verification)}</aside>
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
