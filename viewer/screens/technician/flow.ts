/** The way of everything, now: one line over the page, and in one sentence what is wrong. */
import { html, nothing, type TemplateResult } from "lit"
import type { TechnicianView } from "../../../gateway/journey/views/technician.ts"
import { icon } from "../../parts/icon.ts"
import { language } from "../../text/language.ts"
import { tt } from "../../text/technician.ts"
import { at } from "./times.ts"

type State = "done" | "now" | "todo" | "hold" | "fail" | "skip"

interface Stop {
  readonly name: string
  readonly note: string
  readonly state: State
  /** First on the other side of a border between hospital and centre. */
  readonly border?: boolean
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const latest = (instants: readonly (string | null)[]): string | null =>
  instants
    .filter((each) => each !== null)
    .sort()
    .at(-1) ?? null

function stops(view: TechnicianView, now: Date): Stop[] {
  const { devices, partners, disk, timeStamp, archive } = view
  const open = sum(devices.map((each) => each.open))
  const waiting = sum(partners.map((each) => each.waiting))
  const sending = sum(partners.map((each) => each.sending))
  const failed = sum(partners.map((each) => each.failed))
  const isDown = partners.some(({ failingSince }) => failingSince !== null)
  const refusing = disk.state === "refusing" || disk.state === "full"
  return [
    {
      name: tt("flow.devices"),
      note: tt("flow.devices-note", { n: devices.length, open }),
      state: open > 0 ? "now" : "done",
    },
    {
      name: tt("flow.received"),
      note: tt("flow.received-note", { n: sum(devices.map((each) => each.today)).toLocaleString("en-US") }),
      state: refusing ? "fail" : "done",
    },
    {
      name: tt("flow.packed"),
      note: tt("flow.packed-note", { n: waiting }),
      state: timeStamp.failingSince !== null ? "hold" : waiting > 0 && !isDown ? "now" : "done",
    },
    {
      name: tt("flow.sent"),
      note:
        failed > 0
          ? tt("flow.failed-note", { n: failed })
          : isDown
            ? tt("flow.stopped")
            : tt("flow.sent-note", { n: sending }),
      state: failed > 0 || isDown ? "fail" : sending > 0 ? "now" : "done",
    },
    {
      name: tt("flow.arrived"),
      note: last(latest(partners.map((each) => each.lastSuccessAt)), now),
      state: isDown ? "todo" : "done",
      border: true,
    },
    archive === null
      ? { name: tt("flow.archive"), note: tt("flow.no-archive"), state: "skip", border: true }
      : {
          name: tt("flow.archive"),
          note: archive.failingSince === null ? last(archive.lastSuccessAt, now) : tt("flow.stopped"),
          state: archive.failingSince !== null || archive.reportsFailed > 0 ? "fail" : "done",
          border: true,
        },
  ]
}

const last = (instant: string | null, now: Date): string =>
  instant === null ? tt("flow.never") : tt("flow.last", { time: at(instant, now) })

/** @param updated how old what stands here is */
export function flow(view: TechnicianView, now: Date, updated: string): TemplateResult {
  const [worst] = view.lights
  const tone = worst === undefined ? "" : worst.tone === "red" ? "t-danger" : "t-warn"
  const words = worst?.[language()] ?? { title: tt("quiet.title"), note: tt("quiet.note") }
  return html`<section class="panel flow">
    <header>
      <h1 class="grow row wrap">
        <span class="row"
          >${icon(worst === undefined ? "check" : "alert")}<span class=${tone}>${words.title}</span></span
        >
        <span class="sub s">${words.note}</span>
      </h1>
      <span class="dim s nowrap">${updated}</span>
    </header>
    <div class="panel-pad">
      <ol class="way way-l" aria-label=${tt("flow.label")}>
        ${stops(view, now).map(
          ({ name, note, state, border = false }) =>
            html`<li data-s=${state} ?data-x=${border}><b>${name}</b><small>${note || nothing}</small></li>`,
        )}
      </ol>
    </div>
  </section>`
}
