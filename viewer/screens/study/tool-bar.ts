import { html, nothing, type TemplateResult } from "lit"
import type { ToolMode } from "../../gesture/intent.ts"
import { presetOf, presetsFor } from "../../image/window-presets.ts"
import { icon, type IconName } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import type { ViewState } from "./image-controller.ts"

/** What the bar can do; each is also a key or a gesture. */
export interface ToolActions {
  readonly mode: (mode: ToolMode) => void
  readonly presets: () => void
  readonly preset: (key: string) => void
  readonly invert: () => void
  readonly fit: () => void
  readonly oneToOne: () => void
  readonly reset: () => void
  readonly keyImage: () => void
}

export interface ToolState {
  readonly mode: ToolMode
  readonly modality: string
  readonly view: ViewState | null
  readonly presetsOpen: boolean
  readonly isKeyImage: boolean
  /** Key images can be chosen: the report is the reader's own. */
  readonly canKey: boolean
}

function tool(
  name: IconName,
  words: string,
  press: () => void,
  pressed?: boolean,
  disabled = false,
): TemplateResult {
  return html`<button class="tool" aria-pressed=${pressed ?? nothing} ?disabled=${disabled} @click=${press}>
    ${icon(name)}<span>${words}</span>
  </button>`
}

function presetWord({ modality, view }: ToolState): string {
  const preset = view?.voi ? presetOf(modality, view.voi) : null
  return preset === null ? st("tool.presets") : st("tool.preset-now", { name: st(preset.name) })
}

const MODES: readonly (readonly [ToolMode, IconName])[] = [
  ["scroll", "scroll"],
  ["window", "wl"],
  ["zoom", "zoom"],
  ["pan", "move"],
]

/** The tools at the lower edge, near the thumbs, a word under every icon. */
export function toolBar(state: ToolState, actions: ToolActions): TemplateResult {
  const { fitted = false, camera = null } = state.view ?? {}
  return html`<div class="toolbar" role="toolbar" aria-label=${st("tool.label")}>
    ${MODES.map(([mode, drawing]) =>
      tool(drawing, st(`tool.${mode}`), () => actions.mode(mode), state.mode === mode),
    )}
    <span class="sep"></span>
    ${tool("template", presetWord(state), actions.presets, state.presetsOpen)}
    ${tool("invert", st("tool.invert"), actions.invert, state.view?.inverted ?? false)}
    ${tool("fit", st("tool.fit"), actions.fit, fitted)}
    ${tool("one", st("tool.one"), actions.oneToOne, camera?.scale === 1)}
    ${tool("refresh", st("tool.reset"), actions.reset)}
    <span class="sep"></span>
    ${tool("key", st(state.isKeyImage ? "tool.key-remove" : "tool.key"), actions.keyImage, state.isKeyImage, !state.canKey)}
  </div>`
}

/** The sheet over the image: number keys beside the names, widths and centres behind them. */
export function presetsSheet(state: ToolState, actions: ToolActions): unknown {
  if (!state.presetsOpen) return nothing
  const now = state.view?.voi ? presetOf(state.modality, state.view.voi) : null
  const own = state.view?.shown?.facts.voi[0]
  const ownWords = own?.kind === "window" ? `${own.width} / ${own.center}` : st("preset.auto")
  const button = (key: string, name: string, values: string, checked: boolean): TemplateResult =>
    html`<button role="radio" aria-checked=${checked} @click=${() => actions.preset(key)}>
      <kbd>${key}</kbd>${name}<small>${values}</small>
    </button>`
  return html`<div class="popover presets" role="radiogroup" aria-label=${st("preset.label")}>
    ${presetsFor(state.modality).map((preset) => {
      const { width, center } = preset.window
      return button(preset.key, st(preset.name), `${width} / ${center}`, preset === now)
    })}
    ${button("0", st("preset.device"), ownWords, false)}
  </div>`
}
