import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"

/** "I have checked patient, examination and findings": never checked beforehand. */
export function confirmBox(
  isConfirmed: boolean,
  isBusy: boolean,
  confirm: (confirmed: boolean) => void,
  words: string = st("sign.confirm"),
): TemplateResult {
  return html`<label class="confirm">
    <input
      class="vh"
      type="checkbox"
      name="confirm"
      .checked=${isConfirmed}
      ?disabled=${isBusy}
      @change=${(event: Event) => confirm((event.target as HTMLInputElement).checked)}
    />
    <span class="box ${isConfirmed ? "is-on" : ""}">${isConfirmed ? icon("check") : nothing}</span>
    ${words}
  </label>`
}

/** What is safe, unless the step that failed says it, the way back, and the one button that signs. */
export function signButtons(
  requestId: string,
  isBusy: boolean,
  missing: string,
  saysSafe: boolean,
): TemplateResult {
  return html`${
      saysSafe
        ? html`<div class="banner banner-ok banner-round">
            ${icon("check")}
            <p class="s">${st("sign.safe")}</p>
          </div>`
        : nothing
    }
    <p class=${missing === "" || isBusy ? "vh" : "hint"} role="status">${isBusy ? "" : missing}</p>
    <div class="row">
      <a class="btn grow" href=${address.read(requestId)}>${icon("left", "s")}${st("sign.edit")}</a>
      <button class="btn btn-primary grow" ?disabled=${missing !== "" || isBusy}>
        ${icon("pen", "s")}${st(isBusy ? "sign.doing" : "sign.do")}
      </button>
    </div>`
}

/** The time limit of what was frozen is over. */
export function expired(prepare: () => void): TemplateResult {
  return html`<div class="banner banner-warn banner-round" role="alert">
      ${icon("clock")}
      <p class="s">${st("sign.expired")}</p>
    </div>
    <button type="button" class="btn btn-primary" @click=${prepare}>${st("sign.again")}</button>`
}

/** Nothing is left to do here. */
export function signedFoot(): TemplateResult {
  return html`<div class="banner banner-ok banner-round" role="status">
      ${icon("check")}
      <p class="s">${st("sign.done")}</p>
    </div>
    <a class="btn btn-primary" href=${address.worklist}>${st("sign.list")}</a>`
}
