import { html, nothing, type TemplateResult } from "lit"
import type { PatientView } from "../../../gateway/journey/views/study.ts"
import { orientationLetters, slicePosition } from "../../image/orientation.ts"
import type { Voi } from "../../image/voi.ts"
import { presetOf } from "../../image/window-presets.ts"
import { ageWords, sexWord } from "../../parts/patient-block.ts"
import { language } from "../../text/language.ts"
import { st } from "../../text/study.ts"
import { deviceTime } from "../../words/instant.ts"
import { nameLines } from "../../words/patient-name.ts"
import type { ViewState } from "./image-controller.ts"

/** What the corners say besides what is drawn. */
export interface CornerFacts {
  readonly patient: PatientView
  readonly hospital: string
  readonly studyDateTime: string | null
  readonly AccessionNumber: string
  readonly modality: string
  readonly seriesNumber: number
  readonly seriesDescription: string
}

/** Ideographic space: how the corners set facts apart. */
const GAP = "\u3000"

const short = (value: number): string => String(Math.round(value * 10) / 10)

/** A window this narrow (PET, maps) needs its decimals; of a wider one nobody sees half a step. */
const NARROW_WIDTH = 10

/** `W 80 L 40`, or the name of a lookup table. */
export function windowWords(voi: Voi): string {
  if (voi.kind === "table") return voi.table.explanation || st("voi.table")
  const words = voi.width < NARROW_WIDTH ? short : (value: number) => String(Math.round(value))
  return st("corner.window", { width: words(voi.width), center: words(voi.center) })
}

const signed = (mm: number): string => (mm >= 0 ? "+" : "−") + Math.abs(mm).toFixed(1)

function position({ shown }: ViewState): string {
  const at = shown === null ? null : slicePosition(shown.facts)
  return at === null ? "" : st("corner.position", { mm: signed(at) })
}

function patientCorner({ patient, studyDateTime }: CornerFacts): TemplateResult {
  const { name, reading } = nameLines(patient, language())
  const born = [patient.birthDate ?? "", ageWords(patient.birthDate, studyDateTime)].filter(Boolean).join(GAP)
  return html`<div class="corner c-tl">
    <span lang="ja"><b>${name}</b> ${reading}</span
    ><br />${patient.PatientID}${GAP}${sexWord(patient.sex)}<br />${born}
  </div>`
}

function studyCorner({ hospital, studyDateTime, AccessionNumber, modality }: CornerFacts): TemplateResult {
  const when = studyDateTime === null ? "" : deviceTime(studyDateTime)
  return html`<div class="corner c-tr">
    ${hospital}<br />${when}<br />${[AccessionNumber, modality].filter(Boolean).join(GAP)}
  </div>`
}

function imageCorner(facts: CornerFacts, view: ViewState, count: number): TemplateResult {
  const { shown, camera } = view
  const thick = shown?.facts.sliceThickness ?? null
  const series = [
    st("corner.series", { number: facts.seriesNumber }),
    facts.seriesDescription,
    thick === null ? "" : `${short(thick)} mm`,
  ]
  const image = [st("corner.image", { index: view.shownIndex + 1, count }), position(view)]
  const percent = camera === null ? 0 : Math.round(camera.scale * 100)
  const lines = [series, image].map((line) => line.filter(Boolean).join(GAP))
  return html`<div class="corner c-bl">
    ${lines[0]}<br />${lines[1]}<br />${st("corner.zoom", { percent })}
  </div>`
}

function windowCorner(facts: CornerFacts, view: ViewState): unknown {
  const { voi, quality, shown, inverted } = view
  if (voi === null || shown === null) return nothing
  const preset = presetOf(facts.modality, voi)
  const lossy = shown.facts.lossy ? st("corner.lossy") : st("corner.lossless")
  const words = [
    inverted ? st("corner.inverted") : "",
    preset === null ? "" : st(preset.name),
    quality === "preview" ? "" : lossy,
  ]
  return html`<div class="corner c-br">${windowWords(voi)}<br />${words.filter(Boolean).join(GAP)}</div>`
}

function letters({ shown }: ViewState): unknown {
  if (shown === null) return nothing
  const edges = orientationLetters(shown.facts)
  const letter = (edge: string, place: string): unknown =>
    edge === "" ? nothing : html`<span class="orient ${place}">${edge}</span>`
  return [
    letter(edges.left, "o-l"),
    letter(edges.right, "o-r"),
    letter(edges.top, "o-t"),
    letter(edges.bottom, "o-b"),
  ]
}

/** All four corners and the letters at the edges; always over the pixels that are drawn, never over older ones. */
export function corners(facts: CornerFacts, view: ViewState, count: number): unknown {
  if (view.shown === null) return patientCorner(facts)
  return [
    patientCorner(facts),
    studyCorner(facts),
    imageCorner(facts, view, count),
    windowCorner(facts, view),
    letters(view),
  ]
}
