/**
 * A signature's verdict in plain words: one of four outcomes, each with its colour, its sign and its word, then what
 * was checked. A seal is never called a signature.
 */
import { html, nothing, type TemplateResult } from "lit"
import type { Verdict, VerdictOutcome, VerdictTest } from "../../gateway/journey/views/verdict.ts"
import { maybe, t } from "../text/language.ts"
import { clockSeconds, day, daySeconds } from "../words/instant.ts"
import { detailWords } from "../words/test-detail.ts"
import { changed, readInBy, summary, type SummaryTest } from "../words/verdict.ts"
import { icon, type IconName } from "./icon.ts"

const LOOK: Readonly<Record<VerdictOutcome, readonly [panelClass: string, drawing: IconName]>> = {
  valid: ["v-ok", "check"],
  "valid-pending": ["v-wait", "hourglass"],
  indeterminate: ["v-unk", "question"],
  invalid: ["v-bad", "x"],
  unsigned: ["v-wait", "alert"],
}

/** @param kind of what was judged; null = of nothing, or of several */
export function verdictTop(outcome: VerdictOutcome, kind: Verdict["kind"] | null): TemplateResult {
  const what = kind === "seal" ? "verdict.seal" : "verdict.signature"
  return html`<div class="verdict-top">
    <span class="seal">${icon(LOOK[outcome][1])}</span>
    <div><small>${t(what)}</small><b>${t(`verdict.${outcome}`)}</b></div>
  </div>`
}

export const verdictClass = (outcome: VerdictOutcome): string => `verdict ${LOOK[outcome][0]}`

/** As everywhere else: a certificate may set family and given name apart by an ideographic space. */
const holderName = ({ holderJapanese, holder }: Verdict): string =>
  holderJapanese === "" ? holder : holderJapanese.replaceAll("\u3000", " ")

/** `医師 見本 灯（HPKI 医師資格）`; a seal says that it is one, and a certificate for tests as well. */
export function holderWords(verdict: Verdict, isTest: boolean): string {
  const name = holderName(verdict)
  if (verdict.kind === "seal") return t("holder.seal", { name })
  if (verdict.kind === "qualified") return t("holder.qualified", { name })
  const role = maybe(`role.${verdict.role}`) ?? verdict.role
  if (isTest) return t("holder.test", { name, role })
  return role === "" ? t("holder.no-role", { name }) : t("holder.hpki", { name, role })
}

/** Signing time with seconds; the time stamp's day is repeated only when it differs. */
function times(verdict: Verdict): { signed: string; stamped: string } {
  const signed = verdict.signedAt === null ? null : new Date(verdict.signedAt)
  const stamped = verdict.timeStampedAt === null ? null : new Date(verdict.timeStampedAt)
  const sameDay = signed !== null && stamped !== null && day(signed) === day(stamped)
  return {
    signed: signed === null ? t("time.unknown") : daySeconds(signed),
    stamped: stamped === null ? "" : sameDay ? clockSeconds(stamped) : daySeconds(stamped),
  }
}

function pendingWords(verdict: Verdict, isTest: boolean): string {
  const waiting = summary(verdict, null).filter(({ outcome }) => outcome === "unknown")
  const names = waiting.map(({ name }) => t(`check.${name}.name`)).join(t("list.comma"))
  return t("verdict-text.pending", {
    holder: holderWords(verdict, isTest),
    what: names || t("check.time-stamp.name"),
  })
}

function indeterminateWords(verdict: Verdict): string {
  const bytes = changed(verdict) === false ? t("verdict-text.no-change-found") : ""
  return `${t("verdict-text.indeterminate")}${bytes}${t("verdict-text.ask")}`
}

function invalidWords(verdict: Verdict): unknown {
  const why = changed(verdict) === true ? t("verdict-text.changed") : t("verdict-text.failed")
  return html`${why}<b>${t("verdict-text.do-not-use")}</b>`
}

/** Where it came from is known by the connection alone, or by who had the medium in hand, and the page says what was agreed. */
function unsignedWords(verdict: Verdict): string {
  const by = readInBy(verdict)
  const holder = holderName(verdict)
  const words =
    by === null ? t("verdict-text.unsigned", { holder }) : t("verdict-text.unsigned-medium", { holder, by })
  if (verdict.policy === "") return words
  return `${words}${t("verdict-text.unencrypted", { permission: verdict.policy })}`
}

/** The sentence under the word. */
export function verdictText(verdict: Verdict, outcome: VerdictOutcome, isTest: boolean): unknown {
  if (outcome === "invalid") return invalidWords(verdict)
  if (outcome === "indeterminate") return indeterminateWords(verdict)
  if (outcome === "unsigned") return unsignedWords(verdict)
  if (outcome === "valid-pending") return pendingWords(verdict, isTest)
  const { signed, stamped } = times(verdict)
  const stamp = stamped === "" ? "" : t("verdict-text.stamped", { stamped })
  const words =
    verdict.kind === "seal"
      ? t("verdict-text.sealed", { holder: holderName(verdict), signed })
      : t("verdict-text.signed", { holder: holderWords(verdict, isTest), signed })
  const [before = "", after = ""] = words.split(signed)
  // Day and time stay on one line.
  return html`${before}<span class="nowrap">${signed}</span>${after}${stamp}${t("verdict-text.unchanged")}`
}

const MARKS: Readonly<Record<VerdictTest["outcome"], readonly [markClass: string, drawing: IconName]>> = {
  pass: ["y", "check"],
  fail: ["n", "x"],
  unknown: ["w", "question"],
}

/** Agreed, and still nothing to be at ease about. */
const WARNED: readonly SummaryTest["name"][] = ["medium", "unsigned", "unencrypted", "sealed", "qualified"]

function summaryLine({ name, outcome }: SummaryTest): TemplateResult {
  const [markClass, drawing] = WARNED.includes(name) ? (["w", "alert"] as const) : MARKS[outcome]
  return html`<li class=${markClass}>${icon(drawing)}${t(`check.${name}.${outcome}`)}</li>`
}

export function summaryList(verdict: Verdict, seal: Verdict | null): TemplateResult {
  return html`<ul class="tests">
    ${summary(verdict, seal).map(summaryLine)}
  </ul>`
}

const DETAIL = {
  seal: "detail.seal",
  hpki: "detail.signature",
  qualified: "detail.signature",
  none: "detail.unsigned",
} as const

const fact = (label: string, value: string): unknown =>
  value === ""
    ? nothing
    : html`<dt>${label}</dt>
        <dd>${value}</dd>`

const OF_TIME_STAMP = "time-stamp-"

/** A test by its name in words; one of the time stamp's own says so. The gateway's word for a test we have none for. */
function testWords(name: string): string {
  if (!name.startsWith(OF_TIME_STAMP)) return maybe(`test.${name}`) ?? name
  return t("test-of-time-stamp", { test: testWords(name.slice(OF_TIME_STAMP.length)) })
}

const instant = (at: string | null): string => (at === null ? "" : daySeconds(new Date(at)))

/** Everything that is known: who, by whom, when, and every single test with the gateway's own words. */
export function verdictDetail(verdict: Verdict): TemplateResult {
  return html`<div class="verdict-detail stack stack-3">
    <h3>${t(DETAIL[verdict.kind])}</h3>
    <dl class="kv">
      ${fact(t("detail.holder"), [...new Set([holderName(verdict), verdict.holder])].join(t("list.dot")))}
      ${fact(t("detail.role"), verdict.role)} ${fact(t("detail.issuer"), verdict.issuer)}
      ${fact(t("detail.serial"), verdict.serial)} ${fact(t("detail.policy"), verdict.policy)}
      ${fact(t("detail.signed-at"), instant(verdict.signedAt))}
      ${fact(t("detail.stamped-at"), instant(verdict.timeStampedAt))}
      ${fact(t("detail.checked-at"), instant(verdict.checkedAt))}
    </dl>
    <ul class="test-list">
      ${verdict.tests.map(
        (test) =>
          html`<li class=${MARKS[test.outcome][0]}>
            ${icon(MARKS[test.outcome][1], "s")}
            <div>
              <b>${testWords(test.name)}</b>
              <span class="vh">${t(`test-outcome.${test.outcome}`)}</span>
              <small>${detailWords(test.detail)}</small>
            </div>
          </li>`,
      )}
    </ul>
  </div>`
}
