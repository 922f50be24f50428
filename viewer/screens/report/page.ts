/** One request of the hospital: the report that came home, its verdict, and 受領; or the way it still has to go. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { beforeAnswer } from "../../parts/looked-at.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords, isTold } from "../../parts/states.ts"
import { studyBar } from "../../parts/study-bar.ts"
import { saveFile } from "../../parts/save-file.ts"
import { staleWords } from "../../parts/updated.ts"
import { t } from "../../text/language.ts"
import { daySeconds } from "../../words/instant.ts"
import { address } from "../../words/route.ts"
import { isHeld } from "../../words/verdict.ts"
import { recallSection } from "./recall.ts"
import { coveredPaper, paper, waitingPaper } from "./paper.ts"
import {
  openPreliminary,
  preliminaryPaper,
  preliminaryVerdict,
  replacedPreliminaries,
} from "./preliminary.ts"
import {
  acknowledgementSection,
  chooseDocument,
  deletionSection,
  documentsSection,
  verdictSection,
  versionsSection,
  type Received,
  type Verification,
} from "./side.ts"
import { caseBanner } from "./banners.ts"
import { nextStep, retryButton, type NextStepActs } from "./next-step.ts"
import {
  nameOf,
  shownOf,
  standing,
  successor,
  verificationOf,
  type CheckedAgain,
  type Shown,
} from "./shown.ts"

type Act = "acknowledge" | "bind" | "evidence" | "recall" | "release" | "retry" | "check" | "close"

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
  #checked: CheckedAgain | null = null
  #detailOpen = false
  /** A document somebody has chosen to look at; null = the newest that is to be received, or the report. */
  #chosen: string | null = null
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

  #acknowledge(reportId: string): Promise<void> {
    return this.#do("acknowledge", async () => {
      await this.api.acknowledge(this.requestId, [reportId])
      await this.#detail.reload()
    })
  }

  #release(policy?: string): Promise<void> {
    return this.#do("release", async () => {
      if (policy !== undefined) await this.api.consent(this.requestId, policy)
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

  #show(reportId: string): void {
    this.#chosen = reportId
    this.#detailOpen = false
    this.requestUpdate()
    void this.updateComplete.then(() => {
      const main = this.querySelector("main")
      const sheet = main?.querySelector(`[data-document="${reportId}"]`)
      if (sheet?.previousElementSibling) sheet.scrollIntoView({ block: "start" })
      else main?.scrollTo(0, 0)
      main?.focus({ preventScroll: true })
    })
  }

  #verification(detail: StaffDetail, shown: Shown): Verification {
    return verificationOf(detail, shown, this.#checked)
  }

  #acknowledgeButton(reportId: string, { outcome }: Verification): unknown {
    if (!isHeld(outcome))
      return html`<small class="hint"
        >${t(outcome === "invalid" ? "ack.not-invalid" : "ack.not-checked")}</small
      >`
    return html`<button
      class="btn btn-primary"
      data-acknowledge=${reportId}
      ?disabled=${this.#busy !== null}
      @click=${() => this.#acknowledge(reportId)}
    >
      ${icon("check", "s")}${t("ack.acknowledge")}
    </button>`
  }

  /** Every document that stands, each to be received for itself. */
  #received(detail: StaffDetail): Received[] {
    const documents = standing(detail)
    return documents.map((each) => ({
      name: documents.length > 1 ? nameOf(each.report) : "",
      acknowledgement: each.acknowledgement,
      acknowledge: this.#acknowledgeButton(
        each.report.reportId,
        this.#verification(detail, { ...each, isEarlier: false }),
      ),
    }))
  }

  #retry(): Promise<void> {
    return this.#do("retry", async () => {
      await this.api.retry(this.requestId)
      await this.#detail.reload()
    })
  }

  #evidence(): Promise<void> {
    return this.#do("evidence", async () => {
      const { name, zip } = await this.api.evidence(this.requestId)
      saveFile(name, zip)
    })
  }

  #close(): Promise<void> {
    return this.#do("close", async () => {
      await this.api.close(this.requestId)
      await this.#detail.reload()
    })
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

  /** With a consent that is missing as well the gateway keeps the number and says so. */
  #identify({ action, consentMissing }: StaffDetail, PatientID: string): Promise<void> {
    return this.#do("release", async () => {
      await this.api.identify(this.requestId, PatientID)
      if (action !== "release") await this.api.retry(this.requestId)
      else if (consentMissing === undefined) await this.api.release(this.requestId)
      await this.#detail.reload()
    })
  }

  #acts(detail: StaffDetail): NextStepActs {
    return {
      isBusy: this.#busy !== null,
      close: () => void this.#close(),
      bind: (studyId) => void this.#bind(studyId),
      identify: (PatientID) => void this.#identify(detail, PatientID),
      release: (policy) => void this.#release(policy),
      retry: () => void this.#retry(),
    }
  }

  #notice(detail: StaffDetail, shown: Shown, verification: Verification): unknown {
    if (isTold(this.#refusal)) return banner("danger", "alert", failureWords(this.#refusal))
    const { failure } = this.#detail
    if (failure !== null && failure.code !== "ERR_OFFLINE")
      return banner("warn", "clock", staleWords(this.#detail, this.api.clock.now()))
    if (verification.outcome === "invalid" && this.#uncovered === shown.report?.reportId)
      return banner("danger", "alert", html`<b>${t("verdict-text.do-not-use")}</b>`)
    return caseBanner(detail, shown, {
      show: (reportId) => this.#show(reportId),
      retry: retryButton(detail, this.#acts(detail)),
    })
  }

  #printed(): string {
    return t("report.printed", {
      name: this.session.person?.name ?? "",
      at: daySeconds(this.api.clock.now()),
    })
  }

  /** The report with what was added to it, one sheet below the other; or one that was replaced, alone. */
  #left(detail: StaffDetail, shown: Shown): TemplateResult {
    const now = this.api.clock.now()
    if (detail.report === null) {
      const waiting = waitingPaper(
        detail,
        now,
        html`${nextStep(detail, this.#acts(detail))} ${this.#recallSection(detail)}`,
      )
      const early = openPreliminary(detail)
      if (early === null) return waiting
      return html`<div class="papers">${preliminaryPaper(detail, early, this.session.site)} ${waiting}</div>`
    }
    const sheets: readonly Shown[] = shown.isEarlier
      ? [shown]
      : standing(detail).map((each) => ({ ...each, isEarlier: false }))
    const papers = sheets.map((each) => this.#paper(detail, each, this.#verification(detail, each)))
    return papers.length === 1 ? html`${papers}` : html`<div class="papers">${papers}</div>`
  }

  #paper(detail: StaffDetail, shown: Shown, verification: Verification): unknown {
    const { report } = shown
    if (report === null) return nothing
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
      replacedBy: successor(detail, shown)?.version ?? null,
    })
  }

  #side(detail: StaffDetail, shown: Shown, verification: Verification): unknown {
    const { report } = shown
    const now = this.api.clock.now()
    const replaced = replacedPreliminaries(detail, this.api, now)
    if (report === null) return html`${this.#preliminary(detail)} ${replaced} ${deletionSection(detail)}`
    const documents = standing(detail).map(({ report: each, acknowledgement }) => ({
      reportId: each.reportId,
      name: nameOf(each),
      isOpen: acknowledgement === null,
    }))
    return html`${shown.isEarlier ? nothing : chooseDocument(documents, report.reportId, (id) => this.#show(id))}
    ${verdictSection({
      verification,
      detailOpen: this.#detailOpen,
      busy: this.#busy !== null,
      toggleDetail: () => {
        this.#detailOpen = !this.#detailOpen
        this.requestUpdate()
      },
      checkAgain: () => void this.#checkAgain(report.reportId),
    })}
    ${shown.isEarlier ? nothing : acknowledgementSection(this.#received(detail), now, verification.outcome !== "unsigned")}
    ${versionsSection(detail, report.reportId, now, (reportId) => this.#show(reportId))} ${replaced}
    ${deletionSection(detail)}
    ${
      isHeld(verification.outcome)
        ? documentsSection(report, shown.isEarlier ? { ...shown, deliveries: [] } : shown, this.api, now, {
            busy: this.#busy !== null,
            making: this.#busy === "evidence",
            save: () => void this.#evidence(),
          })
        : nothing
    }
    ${shown.isEarlier ? nothing : this.#recallSection(detail)}`
  }

  #preliminary(detail: StaffDetail): unknown {
    const early = openPreliminary(detail)
    if (early === null) return nothing
    return preliminaryVerdict(detail, early, {
      api: this.api,
      isDetailOpen: this.#detailOpen,
      toggleDetail: () => {
        this.#detailOpen = !this.#detailOpen
        this.requestUpdate()
      },
    })
  }

  #printButton(detail: StaffDetail, verification: Verification): unknown {
    if (detail.report === null || verification.outcome === "invalid") return nothing
    return html`<button class="btn" @click=${() => print()}>
      ${icon("print", "s")}${t("action.print")}
    </button>`
  }

  #ready(detail: StaffDetail): TemplateResult {
    const shown = shownOf(detail, this.#chosen)
    const verification = this.#verification(detail, shown)
    const bare = detail.report === null && detail.deletions.length === 0 && !detail.preliminaries
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
        ${this.#left(detail, shown)}
        <aside class="stack stack-4">${this.#side(detail, shown, verification)}</aside>
      </main>`
  }

  override render(): TemplateResult {
    const { answer } = this.#detail
    return answer === null
      ? beforeAnswer(this.#detail, "report.failed", t("report.loading"))
      : this.#ready(answer.value)
  }
}
customElements.define("page-report", PageReport)
