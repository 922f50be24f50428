import { html, nothing, type TemplateResult } from "lit"
import type { KeyImage } from "../../../gateway/journey/views/reading.ts"
import { voiWindow } from "../../image/voi.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import type { FrameStore } from "./frame-store.ts"
import type { StackImage } from "./stack.ts"
import "./image-thumb.ts"

/** A key image with where it is found; `image` is undefined while its series' metadata are not here. */
export interface TrayItem {
  readonly key: KeyImage
  readonly image: StackImage | undefined
  readonly seriesNumber: number
  /** 1-based place in the stack. */
  readonly place: number
}

export interface TrayActions {
  readonly show: (item: TrayItem) => void
  readonly remove: (item: TrayItem) => void
  readonly add: () => void
}

/** Caption under a key image, the same in report pane and frozen report. */
export const keyCaption = (item: TrayItem, order: number): string =>
  st("report.key-caption", { order, series: item.seriesNumber, image: item.place })

function keyFigure(
  item: TrayItem,
  order: number,
  store: FrameStore,
  actions: TrayActions | null,
): TemplateResult {
  const { windowCenter, windowWidth } = item.key
  return html`<figure class="key">
    <button
      class="key-show"
      aria-label=${st("report.key-show", { order })}
      @click=${() => actions?.show(item)}
    >
      <image-thumb
        .image=${item.image}
        .store=${store}
        .voi=${voiWindow(windowCenter, windowWidth)}
      ></image-thumb>
    </button>
    ${
      actions === null
        ? nothing
        : html`<button
            class="key-remove"
            aria-label=${st("report.key-remove", { order })}
            @click=${() => actions.remove(item)}
          >
            ${icon("x", "s")}
          </button>`
    }
    <figcaption>${keyCaption(item, order)}</figcaption>
  </figure>`
}

/** The key images of the report; `actions` null when they may only be seen. */
export function keyTray(
  items: readonly TrayItem[],
  store: FrameStore,
  actions: TrayActions | null,
): TemplateResult {
  return html`<section class="block b-keys">
    <header>
      <b>${st("report.keys")}</b
      ><span class="xs dim">${st("report.keys-count", { count: items.length })}</span>
    </header>
    <div class="keys">
      ${items.map((item, at) => keyFigure(item, at + 1, store, actions))}
      ${
        actions === null
          ? nothing
          : html`<button class="key-add" aria-label=${st("report.key-add")} @click=${actions.add}>
              ${icon("plus")}
            </button>`
      }
    </div>
  </section>`
}
