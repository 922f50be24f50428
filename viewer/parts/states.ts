/** The states of a view that is not ready: skeleton, empty, failed. */
import { html, nothing, type TemplateResult } from "lit"
import type { ApiError } from "../api.ts"
import { maybe, t, type MessageKey } from "../text/language.ts"
import { icon } from "./icon.ts"

/** What happened, in words, by its code; a code without words says what the gateway said. */
export function failureWords(error: ApiError): string {
  return maybe(`code.${error.code}`) ?? (error.message || t("code.other"))
}

/** That the gateway is out of reach is told once, over every page, and no longer than it lasts. */
export const isTold = (refusal: ApiError | null): refusal is ApiError =>
  refusal !== null && refusal.code !== "ERR_OFFLINE"

/** Rows of grey in the place of rows to come. */
export function skeleton(spoken: string, rows = 6): TemplateResult {
  return html`<div class="skeleton" role="status">
    <span class="vh">${spoken}</span>
    ${Array.from(
      { length: rows },
      () =>
        html`<div class="stack stack-2">
          <span class="skel skel-60"></span><span class="skel skel-40"></span>
        </div>`,
    )}
  </div>`
}

/** Nothing to do: the way lies quiet. */
export function empty(title: string, note: string, action: unknown = nothing): TemplateResult {
  return html`<div class="quiet">
    <div class="empty-way">
      <ol class="way" aria-hidden="true">
        <li data-s="done"></li>
        <li data-s="done"></li>
        <li data-s="done" data-x></li>
        <li data-s="done"></li>
        <li data-s="done"></li>
        <li data-s="done" data-x></li>
      </ol>
    </div>
    <b>${title}</b><span class="sub s">${note}</span>${action}
  </div>`
}

/** What failed, why, what is safe, and the way out. */
export function failed(title: MessageKey, error: ApiError, retry: () => void): TemplateResult {
  return html`<div class="quiet" role="alert">
    <section class="panel panel-pad stack stack-3 failed">
      <div class="row top row-3">
        <span class="t-danger">${icon("alert")}</span>
        <div class="stack">
          <b>${t(title)}</b>
          <span class="sub s">${failureWords(error)}</span>
          <span class="dim xs">
            ${error.code}${
              error.requestNumber === null
                ? nothing
                : html` · ${t("error.request-number", { number: error.requestNumber })}`
            }
          </span>
        </div>
      </div>
      <div class="row">
        <button class="btn btn-primary" @click=${retry}>${icon("refresh", "s")}${t("action.retry")}</button>
      </div>
    </section>
  </div>`
}
