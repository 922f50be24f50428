import { html, nothing, svg, type TemplateResult } from "lit"
import { st } from "../../text/study.ts"

const percentOf = (index: number, count: number): number => (count <= 1 ? 0 : (100 * index) / (count - 1))

/** Half the way of one image: a pointer between two positions belongs to the nearer. */
function indexAt(event: PointerEvent, count: number): number {
  const bar = event.currentTarget as HTMLElement
  const { top, height } = bar.getBoundingClientRect()
  return Math.round(Math.min(1, Math.max(0, (event.clientY - top) / height)) * (count - 1))
}

/**
 * The line at the right: where in the stack, where the key images are; can be dragged. Positions are SVG attributes,
 * because the page allows no inline style.
 */
export function scrubber(
  index: number,
  count: number,
  marks: readonly number[],
  goTo: (index: number) => void,
): TemplateResult | typeof nothing {
  if (count <= 1) return nothing
  const down = (event: PointerEvent): void => {
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    goTo(indexAt(event, count))
  }
  const move = (event: PointerEvent): void => {
    if (event.buttons !== 0) goTo(indexAt(event, count))
  }
  return html`<div
    class="vp-scrub"
    role="slider"
    aria-orientation="vertical"
    aria-label=${st("scrub.label")}
    aria-valuemin="1"
    aria-valuemax=${count}
    aria-valuenow=${index + 1}
    tabindex="0"
    @pointerdown=${down}
    @pointermove=${move}
  >
    <svg aria-hidden="true">
      <line class="rail" x1="12" x2="12" y1="0" y2="100%" />
      ${marks.map((mark) => svg`<circle class="mark" cx="12" cy="${percentOf(mark, count)}%" r="3.5" />`)}
      <circle class="here" cx="12" cy="${percentOf(index, count)}%" r="6" />
    </svg>
  </div>`
}
