import { html, nothing, type TemplateResult } from "lit"
import { icon, type IconName } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import type { SignCheck } from "./sign-checks.ts"

const CLASS = { ok: "is-ok", warn: "is-warn", blocked: "is-block" }
const ICON: Readonly<Record<SignCheck["level"], IconName>> = { ok: "check", warn: "alert", blocked: "lock" }

function words({ words: { key, values, nested } }: SignCheck): string {
  const spoken = Object.fromEntries(Object.entries(nested).map(([name, word]) => [name, st(word)]))
  return st(key, { ...values, ...spoken })
}

function line(check: SignCheck, confirm: (id: SignCheck["id"]) => void): TemplateResult {
  const { action, level } = check
  const must = level === "blocked" ? html`<span class="xs">${st("check.must")}</span>` : nothing
  return html`<li class=${CLASS[level]}>
    ${icon(ICON[level])}<span>${words(check)}</span>
    ${
      action === null
        ? must
        : html`<button class="btn btn-quiet xs" @click=${() => confirm(check.id)}>${st(action)}</button>`
    }
  </li>`
}

/** The list before signing, with how many lines still forbid it. */
export function checksList(
  checks: readonly SignCheck[],
  confirm: (id: SignCheck["id"]) => void,
): TemplateResult {
  const left = checks.filter(({ level }) => level !== "ok").length
  return html`<section class="block b-checks">
    <header>
      <b>${st("report.checks")}</b>
      <span class="xs dim"
        >${left === 0 ? st("report.checks-done") : st("report.checks-left", { count: left })}</span
      >
    </header>
    <ul class="checks">
      ${checks.map((check) => line(check, confirm))}
    </ul>
  </section>`
}
