/** What to do now: each light in words, its steps, and the one button that helps. */
import { html, nothing, type TemplateResult } from "lit"
import type { LinesView } from "../../../gateway/journey/views/lines.ts"
import type { Light, TestResult } from "../../../gateway/journey/views/technician.ts"
import { icon, type IconName } from "../../parts/icon.ts"
import { language } from "../../text/language.ts"
import { tt } from "../../text/technician.ts"
import { address } from "../../words/route.ts"
import { at, lasting } from "./times.ts"

/** Tests by what they test: `echo/CT1`, `line/center`. */
export interface Tests {
  readonly running: string | null
  readonly results: ReadonlyMap<string, TestResult>
  readonly echo: (aeTitle: string) => void
  readonly reach: (agreement: string) => void
}

/** What came of a test, beside its button. */
export function testWords(tests: Tests, key: string): unknown {
  if (tests.running === key) return html`<span class="sub s" role="status">${tt("test.running")}</span>`
  const result = tests.results.get(key)
  if (result === undefined) return nothing
  if (result.ok)
    return html`<span class="row s t-ok" role="status"
      >${icon("check", "s")}${tt("test.ok", { ms: result.tookMs })}</span
    >`
  const words = result[language()]
  return html`<span class="row s t-danger" role="status"
    >${icon("x", "s")}<span>${words?.title ?? ""} <span class="dim xs">${result.code}</span></span></span
  >`
}

const DRAWINGS: readonly (readonly [RegExp, IconName])[] = [
  [/^disk|^spool/, "disk"],
  [/^certificate|^list/, "cert"],
  [/^not-sent|^hospital-not-sent/, "send"],
  [/SUBMISSION|TIMESTAMP|^road-home|^hospital/, "line"],
  [/^not-delivered/, "doc"],
  [/^audit|^step|^commitments/, "hourglass"],
]
const drawing = (code: string): IconName => DRAWINGS.find(([pattern]) => pattern.test(code))?.[1] ?? "device"

function offer(light: Light, tests: Tests, primary: boolean): unknown {
  const tone = primary ? "btn-primary" : ""
  if (light.offer === null) return nothing
  if (light.offer.what === "requests")
    return html`<a class="btn ${tone}" href=${address.staff}>${tt("todo.requests")}</a>`
  const { offer: asked } = light
  const key = asked.what === "echo" ? `echo/${asked.aeTitle}` : `line/${asked.agreement}`
  const act = (): void => (asked.what === "echo" ? tests.echo(asked.aeTitle) : tests.reach(asked.agreement))
  return html`<button class="btn ${tone}" ?disabled=${tests.running !== null} @click=${act}>
      ${icon("refresh", "s")}${tt(asked.what === "echo" ? "todo.echo" : "todo.line")}</button
    >${testWords(tests, key)}`
}

function entry(light: Light, view: ToDo, tests: Tests, now: Date, primary: boolean): TemplateResult {
  const { title, note, steps } = light[language()]
  const isLine = light.offer?.what === "line" ? light.offer.agreement : null
  const stat = view.partners.find(({ agreement }) => agreement === isLine)?.stat ?? 0
  return html`<li data-light=${light.code}>
    <span class=${light.tone === "red" ? "t-danger" : "t-warn"}>${icon(drawing(light.code))}</span>
    <div>
      <b>${title}</b>
      ${
        light.since === null
          ? nothing
          : html`<small class="dim xs tech-since"
              >${tt("todo.since", { time: at(light.since, now), ago: lasting(light.since, now) })}</small
            >`
      }
      <p>${note}</p>
      <ol>
        ${steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      ${light.offer === null ? nothing : html`<div class="row wrap">${offer(light, tests, primary)}</div>`}
      ${light.call === null ? nothing : html`<p class="row">${icon("phone", "s")}${tt("todo.call", { who: light.call })}</p>`}
      ${stat === 0 ? nothing : html`<p class="xs">${tt("todo.stat", { n: stat })}</p>`}
      <p class="dim xs">${light.code}</p>
    </div>
  </li>`
}

/** What there is to do, and for whom: of either page. */
type ToDo = Pick<LinesView, "lights" | "partners" | "since">

/** @param quiet what is said when there is nothing to do */
export function toDo(view: ToDo, tests: Tests, now: Date, quiet = tt("todo.nothing")): TemplateResult {
  const { lights } = view
  const red = lights.filter(({ tone }) => tone === "red").length
  const amber = lights.length - red
  const first = lights.find((each) => each.offer !== null)
  return html`<section class="panel todo" aria-label=${tt("todo.title")}>
    <header>
      <h2 class="grow">${tt("todo.title")}</h2>
      ${red === 0 ? nothing : html`<span class="badge badge-danger">${tt("todo.red", { n: red })}</span>`}
      ${amber === 0 ? nothing : html`<span class="badge badge-warn">${tt("todo.amber", { n: amber })}</span>`}
    </header>
    ${
      lights.length === 0
        ? html`<p class="panel-pad sub">${quiet}</p>`
        : html`<ol class="list">
            ${lights.map((light) => entry(light, view, tests, now, light === first))}
          </ol>`
    }
    <p class="panel-pad dim xs">${tt("since", { time: at(view.since, now) })}</p>
  </section>`
}
