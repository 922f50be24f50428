/** What a person does next with a request whose report is not here: choose, number, consent, release, try again, close. */
import { html, nothing, type TemplateResult } from "lit"
import type { ConsentPolicy } from "../../../gateway/journey/views/request.ts"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import { textField } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { isDelayed, isNotSent } from "../../parts/notices.ts"
import { examination } from "../../parts/study-bar.ts"
import { t } from "../../text/language.ts"
import { deviceTime } from "../../words/instant.ts"

export interface NextStepActs {
  readonly isBusy: boolean
  readonly close: () => void
  readonly bind: (studyId: string) => void
  /** @param affinityPatientId the patient's number at the repository */
  readonly identify: (affinityPatientId: string) => void
  /** @param policy the one the patient has acknowledged, where one is wanted */
  readonly release: (policy?: string) => void
  readonly retry: () => void
}

export function nextStep(detail: StaffDetail, acts: NextStepActs): unknown {
  const { action, proposals, affinityPatientId: known, consentMissing } = detail
  if (action === "close") return closeButton(acts)
  if (proposals.length > 0) return proposed(detail, acts)
  if (known !== undefined && (action !== "release" || known === ""))
    return html`${identifyForm(detail, known, acts)}${action === "release" ? nothing : retryButton(detail, acts)}`
  if (action !== "release") return retryButton(detail, acts)
  return consentMissing === undefined ? releaseButton(acts) : consentChoice(consentMissing, acts)
}

/** What was given up, or what waits for its next try; nothing where neither is so. */
export function retryButton(
  { notices }: StaffDetail,
  { isBusy, retry }: Pick<NextStepActs, "isBusy" | "retry">,
): unknown {
  if (!isNotSent(notices) && !isDelayed(notices)) return nothing
  return html`<div>
    <button class="btn" ?disabled=${isBusy} @click=${retry}>
      ${icon("refresh", "s")}${t(isNotSent(notices) ? "action.send-again" : "action.try-now")}
    </button>
  </div>`
}

const closeButton = ({ isBusy, close }: NextStepActs): TemplateResult =>
  html`<div>
    <button class="btn" ?disabled=${isBusy} @click=${close}>${t("action.close")}</button>
  </div>`

const releaseButton = ({ isBusy, release }: NextStepActs): TemplateResult =>
  html`<div>
    <button class="btn btn-primary" ?disabled=${isBusy} @click=${() => release()}>
      ${icon("send", "s")}${t("action.release")}
    </button>
  </div>`

/** Images that may be meant. */
const proposed = ({ proposals }: StaffDetail, { isBusy, bind }: NextStepActs): TemplateResult =>
  html`<ul class="stack stack-2">
    ${proposals.map(
      (each) =>
        html`<li class="row wrap between decide-card">
          <span class="stack"
            ><b>${examination(each)}</b
            ><small class="sub"
              >${each.studyDateTime === null ? nothing : html`${deviceTime(each.studyDateTime)}${t("list.dot")}`}${t("arrival.count", { n: each.instances })}</small
            >${each.otherName ? html`<small class="row t-warn">${icon("alert", "s")}${t("proposal.other-name")}</small>` : nothing}</span
          ><button class="btn" ?disabled=${isBusy} @click=${() => bind(each.studyId)}>
            ${icon("link", "s")}${t("action.bind")}
          </button>
        </li>`,
    )}
  </ul>`

/** The patient's number at the repository: before the images leave, and again when it did not know the one they left under. */
const identifyForm = (
  { center, patient }: StaffDetail,
  known: string,
  { isBusy, identify }: NextStepActs,
): TemplateResult =>
  html`<form
    class="panel panel-pad stack stack-3"
    aria-label=${t("affinity.title")}
    @submit=${(event: SubmitEvent) => {
      event.preventDefault()
      const written = new FormData(event.currentTarget as HTMLFormElement).get("affinityPatientId")
      if (typeof written === "string" && written.trim() !== "") identify(written.trim())
    }}
  >
    <h2>${t("affinity.title")}</h2>
    <p class="sub">${t("affinity.why", { center, id: patient.PatientID })}</p>
    <div class="row wrap row-foot">
      ${textField({
        name: "affinityPatientId",
        label: t("request.affinityPatientId"),
        initial: known,
        input: () => undefined,
      })}
      <button class="btn btn-primary" ?disabled=${isBusy}>${icon("send", "s")}${t("affinity.send")}</button>
    </div>
  </form>`

/** Which policy the patient has acknowledged; whoever presses the button has made sure. */
const consentChoice = (
  policies: readonly ConsentPolicy[],
  { isBusy, release }: NextStepActs,
): TemplateResult =>
  html`<section class="panel panel-pad stack stack-3" aria-label=${t("consent.title")}>
    <h2>${t("consent.title")}</h2>
    <p class="sub">${t("consent.why")}</p>
    <div class="row wrap">
      ${policies.map(
        ({ policy, name }) =>
          html`<button
            class="btn ${policies.length === 1 ? "btn-primary" : ""}"
            ?disabled=${isBusy}
            @click=${() => release(policy)}
          >
            ${icon("send", "s")}${t("consent.send", { name })}
          </button>`,
      )}
    </div>
  </section>`
