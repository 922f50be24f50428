/** One request of the hospital: the report that came home, its verdict, and 受領; or the way it still has to go. */
import { html, nothing, type TemplateResult } from "lit"
import type { ConsentPolicy } from "../../../gateway/journey/views/request.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { StaffDetail, StaffReport } from "../../../gateway/journey/views/staff.ts"
import type { Verdict } from "../../../gateway/journey/views/verdict.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { textField } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failed, failureWords, isTold, skeleton } from "../../parts/states.ts"
import { because, isDelayed, isNotSent } from "../../parts/notices.ts"
import { examination, studyBar } from "../../parts/study-bar.ts"
import { saveFile } from "../../parts/save-file.ts"
import { staleWords } from "../../parts/updated.ts"
import { t } from "../../text/language.ts"
import { documentName } from "../../words/document-name.ts"
import { daySeconds, deviceTime } from "../../words/instant.ts"
import { address } from "../../words/route.ts"
import { isHeld, worst } from "../../words/verdict.ts"
import { recallSection } from "./recall.ts"
import { coveredPaper, paper, waitingPaper } from "./paper.ts"
import {
  changedBanner,
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

/** The document whose signature stands beside the page: one that stands, or one that was replaced. */
type Shown = Omit<StaffReport, "report"> & Pick<StaffDetail, "report"> & { readonly isEarlier: boolean }

/** What stands: the report, and its addenda in their order. */
function standing(detail: StaffDetail): readonly StaffReport[] {
  const { report } = detail
  return report === null ? [] : [{ ...detail, report }, ...detail.addenda]
}

const nameOf = ({ version, addendum }: StaffReport["report"]): string =>
  documentName(addendum === undefined ? { version } : { version, addendum: addendum.number }, "whole")

/** What has taken the place of an earlier version: the newest of the same document. */
function successor(detail: StaffDetail, { report, isEarlier }: Shown): StaffReport["report"] | null {
  if (!isEarlier || report === null) return null
  const number = report.addendum?.number
  return standing(detail).find((each) => each.report.addendum?.number === number)?.report ?? null
}

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
  #checked: { reportId: string; at: Date; signature: Verdict; seal: Verdict } | null = null
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

  #shown(detail: StaffDetail): Shown {
    const earlier = detail.earlier.find(({ report }) => report.reportId === this.#chosen)
    if (earlier !== undefined) return { ...earlier, isEarlier: true }
    const documents = standing(detail)
    const chosen = documents.find(({ report }) => report.reportId === this.#chosen)
    const open = documents.findLast(({ acknowledgement }) => acknowledgement === null)
    return { ...(chosen ?? open ?? detail), isEarlier: false }
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

  /** The last answer counts; nothing may turn a verdict the list already knows to be bad into a good one. */
  #verification(detail: StaffDetail, shown: Shown): Verification {
    const fresh = this.#checked?.reportId === shown.report?.reportId ? this.#checked : null
    const signature = fresh?.signature ?? shown.signature
    const seal = fresh?.seal ?? shown.seal
    const known = detail.versions.find(({ reportId }) => reportId === shown.report?.reportId)
    const listed = fresh === null && !shown.isEarlier ? (known?.verdict ?? null) : null
    const outcome = worst([signature?.outcome, seal?.outcome, listed])
    return {
      signature,
      seal,
      outcome,
      testCertificate: shown.testCertificate,
      checkedAgainAt: fresh?.at ?? null,
    }
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

  /** What was given up, or what waits for its next try; nothing where neither is so. */
  #retryButton({ notices }: StaffDetail): unknown {
    if (!isNotSent(notices) && !isDelayed(notices)) return nothing
    return html`<div>
      <button class="btn" ?disabled=${this.#busy !== null} @click=${() => this.#retry()}>
        ${icon("refresh", "s")}${t(isNotSent(notices) ? "action.send-again" : "action.try-now")}
      </button>
    </div>`
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
    if (
      detail.affinityPatientId !== undefined &&
      (detail.action !== "release" || detail.affinityPatientId === "")
    )
      return html`${this.#identify(detail, detail.affinityPatientId)}${
        detail.action === "release" ? nothing : this.#retryButton(detail)
      }`
    if (detail.action !== "release") return this.#retryButton(detail)
    if (detail.consentMissing !== undefined) return this.#consent(detail.consentMissing)
    return html`<div>
      <button class="btn btn-primary" ?disabled=${this.#busy !== null} @click=${() => this.#release()}>
        ${icon("send", "s")}${t("action.release")}
      </button>
    </div>`
  }

  /** The patient's number at the repository: before the images leave, and again when it did not know the one they left under. */
  #identify(detail: StaffDetail, known: string): TemplateResult {
    return html`<form
      class="panel panel-pad stack stack-3"
      aria-label=${t("affinity.title")}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault()
        this.#number(detail)
      }}
    >
      <h2>${t("affinity.title")}</h2>
      <p class="sub">${t("affinity.why", { center: detail.center, id: detail.patient.PatientID })}</p>
      <div class="row wrap row-foot">
        ${textField({
          name: "affinityPatientId",
          label: t("request.affinityPatientId"),
          initial: known,
          input: () => undefined,
        })}
        <button class="btn btn-primary" ?disabled=${this.#busy !== null}>
          ${icon("send", "s")}${t("affinity.send")}
        </button>
      </div>
    </form>`
  }

  /** Said, and sent: with a consent that is missing as well the gateway keeps the number and says so. */
  #number(detail: StaffDetail): void {
    const PatientID = this.querySelector<HTMLInputElement>("#affinityPatientId")?.value.trim() ?? ""
    if (PatientID === "") return
    void this.#do("release", async () => {
      await this.api.identify(this.requestId, PatientID)
      if (detail.action === "release") {
        if (detail.consentMissing === undefined) await this.api.release(this.requestId)
      } else await this.api.retry(this.requestId)
      await this.#detail.reload()
    })
  }

  /** Which policy the patient has acknowledged; whoever presses the button has made sure. */
  #consent(policies: readonly ConsentPolicy[]): TemplateResult {
    return html`<section class="panel panel-pad stack stack-3" aria-label=${t("consent.title")}>
      <h2>${t("consent.title")}</h2>
      <p class="sub">${t("consent.why")}</p>
      <div class="row wrap">
        ${policies.map(
          ({ policy, name }) =>
            html`<button
              class="btn ${policies.length === 1 ? "btn-primary" : ""}"
              ?disabled=${this.#busy !== null}
              @click=${() => this.#release(policy)}
            >
              ${icon("send", "s")}${t("consent.send", { name })}
            </button>`,
        )}
      </div>
    </section>`
  }

  /** An earlier version is read, never acted upon. */
  #superseded(shown: Shown, detail: StaffDetail): unknown {
    const newest = successor(detail, shown)
    if (newest === null || shown.report === null) return nothing
    const { addendum, version } = shown.report
    const words =
      addendum === undefined
        ? t("report.superseded", { n: version, by: newest.version })
        : t("addendum.superseded", { n: addendum.number, by: newest.version })
    return banner(
      "warn",
      "history",
      html`<b>${words}</b>`,
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
    return (
      this.#recallRefused(detail) ?? changedBanner(detail) ?? this.#corrected(detail) ?? this.#trouble(detail)
    )
  }

  /** Told until something does not get through; while it is to be received nothing else matters more. */
  #corrected({ report, revision, way, addenda }: StaffDetail): unknown {
    const isOpen = revision !== null || way.every(({ reason }) => reason === null)
    const arrived = addenda.find((each) => each.report.addendum?.number === revision?.addendum)?.report
    if (arrived?.addendum !== undefined)
      return banner(
        "warn",
        "pen",
        html`<b>${t("addendum.arrived", { document: nameOf(arrived) })}</b> ${t("addendum.arrived-note")}`,
        html`<button class="btn" @click=${() => this.#show(arrived.reportId)}>
          ${documentName({ addendum: arrived.addendum.number, version: arrived.version }, "read")}
        </button>`,
      )
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

  /** The report with what was added to it, one sheet below the other; or one that was replaced, alone. */
  #left(detail: StaffDetail, shown: Shown): TemplateResult {
    const now = this.api.clock.now()
    if (detail.report === null) {
      const waiting = waitingPaper(
        detail,
        now,
        html`${this.#releaseButton(detail)} ${this.#recallSection(detail)}`,
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
    const shown = this.#shown(detail)
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
