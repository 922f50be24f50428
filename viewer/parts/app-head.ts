/** The bar over every screen but the reading ones: mark, site, tabs, who is logged in, language. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../gateway/journey/views/session.ts"
import { language, speak, t } from "../text/language.ts"
import { icon } from "./icon.ts"

export const logo = (site: string): TemplateResult =>
  html`<div class="logo">
    <svg viewBox="0 0 44 12" aria-hidden="true">
      <path class="lg-l" d="M5 6h34" />
      <circle class="lg-a" cx="5" cy="6" r="4" />
      <circle class="lg-a" cx="22" cy="6" r="4" />
      <circle cx="39" cy="6" r="5" fill="var(--panel)" />
      <circle class="lg-b" cx="39" cy="6" r="3.5" />
    </svg>
    <span>${t("product.name")}</span><small>${site}</small>
  </div>`

/** Switches to the other language; its word is written in that language. */
export function languageButton(): TemplateResult {
  const other = language() === "ja" ? "en" : "ja"
  return html`<button class="btn btn-quiet s" lang=${other} @click=${() => speak(other)}>
    ${t("language.other")}
  </button>`
}

export interface Tab {
  readonly href: string
  readonly label: string
  readonly current: boolean
}

export function appHead(session: SessionView, tabs: readonly Tab[], logout: () => void): TemplateResult {
  return html`<header class="apphead">
    ${logo(session.site)}
    <nav class="tabs grow" aria-label=${t("nav.main")}>
      ${tabs.map(
        (tab) => html`<a href=${tab.href} aria-current=${tab.current ? "page" : nothing}>${tab.label}</a>`,
      )}
    </nav>
    <span class="row s person">${icon("user")}<span>${session.person?.name ?? ""}</span></span>
    ${languageButton()}
    <button class="btn btn-quiet s" @click=${logout}>${t("action.logout")}</button>
  </header>`
}
