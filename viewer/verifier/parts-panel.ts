/** Every part of the package with every test that was made of it. */
import { html, nothing, type TemplateResult } from "lit"
import type { JudgedPart } from "../../gateway/standards/evidence/judged.ts"
import type { VerdictTest } from "../../gateway/standards/hpki/verdict-test.ts"
import { icon, type IconName } from "../parts/icon.ts"
import { et, testWords } from "../text/evidence.ts"
import { t } from "../text/language.ts"
import { reasonWords } from "../words/evidence-reason.ts"
import { daySeconds } from "../words/instant.ts"

type Look = readonly [markClass: string, drawing: IconName]
const PARTS: Readonly<Record<JudgedPart["outcome"], Look>> = {
  valid: ["y", "check"],
  indeterminate: ["w", "question"],
  invalid: ["n", "x"],
}
const TESTS: Readonly<Record<VerdictTest["outcome"], Look>> = {
  pass: ["y", "check"],
  unknown: ["w", "question"],
  fail: ["n", "x"],
}

export const partsPanel = (parts: readonly JudgedPart[]): TemplateResult =>
  html`<section class="panel" aria-label=${et("parts.title")}>
    <header><h2>${et("parts.title")}</h2></header>
    <div class="vp-parts">${parts.map(partRow)}</div>
  </section>`

/** What did not pass is open: nobody has to look for it. What is missing is said in the row. */
function partRow({ name, about, outcome, verdict, tests }: JudgedPart): TemplateResult {
  const [markClass, drawing] = PARTS[outcome]
  return html`<details class="vp-part ${markClass}" data-part=${name} ?open=${outcome === "invalid"}>
    <summary>
      ${icon(drawing)}
      <span class="grow stack"
        ><b>${et(`part.${name}`)}</b>${
          verdict === null || verdict.holder === ""
            ? nothing
            : html`<small class="sub">${signedBy(verdict)}</small>`
        }${outcome === "indeterminate" ? html`<small class="t-warn">${missing(tests)}</small>` : nothing}</span
      >
      <span class="xs sub nowrap">${et(`outcome.${outcome}`)}</span>
      <span class="xs dim nowrap vp-count">${et("part.tests", { n: tests.length })}</span>
      ${icon("down", "s")}
    </summary>
    <div class="vp-tests">
      ${about === "" ? nothing : html`<p class="xs dim vp-subject">${about}</p>`}
      <ul class="test-list">
        ${worstFirst(tests).map(testRow)}
      </ul>
    </div>
  </details>`
}

/** The first thing that could not be decided. */
function missing(tests: readonly VerdictTest[]): string {
  const test = tests.find(({ outcome }) => outcome === "unknown")
  return test === undefined ? "" : [testWords(test.name), reasonWords(test.detail)].join(t("list.dot"))
}

function signedBy({ holder, holderJapanese, signedAt }: NonNullable<JudgedPart["verdict"]>): string {
  const name = holderJapanese === "" ? holder : holderJapanese.replaceAll("\u3000", " ")
  return signedAt === null ? name : `${name}${t("list.dot")}${daySeconds(new Date(signedAt))}`
}

const ORDER: readonly VerdictTest["outcome"][] = ["fail", "unknown", "pass"]
const worstFirst = (tests: readonly VerdictTest[]): readonly VerdictTest[] =>
  ORDER.flatMap((outcome) => tests.filter((test) => test.outcome === outcome))

function testRow({ name, outcome, detail }: VerdictTest): TemplateResult {
  const [markClass, drawing] = TESTS[outcome]
  return html`<li class=${markClass} data-test=${name} data-outcome=${outcome}>
    ${icon(drawing, "s")}
    <div>
      <b>${testWords(name)}</b><span class="vh">${t(`test-outcome.${outcome}`)}</span>
      ${detail === "" ? nothing : html`<small>${reasonWords(detail)}</small>`}
    </div>
  </li>`
}
