import { html, type TemplateResult } from "lit"
import type { SeriesView } from "../../../gateway/journey/views/reading.ts"
import { twoToneBar } from "../../parts/two-tone-bar.ts"
import { st } from "../../text/study.ts"
import type { FrameStore } from "./frame-store.ts"
import type { StackImage } from "./stack.ts"
import "./image-thumb.ts"

/** A series as the strip shows it; `stack` is null until its metadata are here. */
export interface StripItem {
  readonly series: SeriesView
  readonly stack: readonly StackImage[] | null
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((100 * part) / whole))

function progress(stack: readonly StackImage[] | null, store: FrameStore): TemplateResult {
  const states = (stack ?? []).map((image) => store.state(image))
  const full = percent(states.filter((state) => state === "full").length, states.length)
  const preview = percent(states.filter((state) => state !== "none").length, states.length)
  const words = st("strip.progress", { preview, full })
  return twoToneBar(preview / 100, full / 100, words, full === 100 ? "plain" : "live")
}

const imagesOf = ({ images }: SeriesView): number =>
  images.reduce((sum, { frames }) => sum + Math.max(1, frames), 0)

function thumb(
  item: StripItem,
  store: FrameStore,
  current: string,
  choose: (uid: string) => void,
): TemplateResult {
  const { series, stack } = item
  const { SeriesInstanceUID: uid, SeriesNumber: number, SeriesDescription: description } = series
  const count = imagesOf(series)
  const name = description || series.Modality
  return html`<button
    class="thumb"
    aria-current=${uid === current ? "true" : "false"}
    aria-label=${st("strip.series", { number, description: name, count })}
    title=${name}
    @click=${() => choose(uid)}
  >
    <image-thumb .image=${stack?.[stack.length >> 1]} .store=${store}></image-thumb>
    ${progress(stack, store)}
    <span><span class="name">${number} ${name}</span><span class="dim">${count}</span></span>
  </button>`
}

/** The column of series at the left: a picture of the middle, how much of it is here, number, name, count. */
export function seriesStrip(
  items: readonly StripItem[],
  store: FrameStore,
  current: string,
  date: string,
  choose: (uid: string) => void,
): TemplateResult {
  return html`<aside class="strip" aria-label=${st("strip.label")}>
    <h3><span>${st("strip.now")}</span><span>${date}</span></h3>
    ${items.map((item) => thumb(item, store, current, choose))}
  </aside>`
}
