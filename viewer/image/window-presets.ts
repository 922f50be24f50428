import { voiWindow, type Voi, type VoiWindow } from "./voi.ts"

/** One CT preset; `key` is the number key, `name` a message key. Width and centre in HU. */
export interface WindowPreset {
  readonly key: string
  readonly name:
    | "preset.abdomen"
    | "preset.lung"
    | "preset.mediastinum"
    | "preset.bone"
    | "preset.brain"
    | "preset.liver"
    | "preset.stroke"
    | "preset.subdural"
    | "preset.vessel"
  readonly window: VoiWindow
}

const ct = (key: string, name: WindowPreset["name"], width: number, center: number): WindowPreset => ({
  key,
  name,
  window: voiWindow(center, width),
})

/** Common practice for CT; key 0 is the device's own window and not in the table. */
export const CT_PRESETS: readonly WindowPreset[] = [
  ct("1", "preset.abdomen", 400, 40),
  ct("2", "preset.lung", 1500, -600),
  ct("3", "preset.mediastinum", 350, 40),
  ct("4", "preset.bone", 2000, 500),
  ct("5", "preset.brain", 80, 40),
  ct("6", "preset.liver", 150, 90),
  ct("7", "preset.stroke", 40, 40),
  ct("8", "preset.subdural", 200, 80),
  ct("9", "preset.vessel", 600, 200),
]

/** Presets are in HU: only CT has any. */
export const presetsFor = (modality: string): readonly WindowPreset[] => (modality === "CT" ? CT_PRESETS : [])

/** The preset whose window this is, if any. */
export const presetOf = (modality: string, voi: Voi): WindowPreset | null =>
  presetsFor(modality).find(
    ({ window }) => voi.kind === "window" && voi.center === window.center && voi.width === window.width,
  ) ?? null

/** Slowest and fastest change of a drag, in modality units and shares of the range per CSS px. */
const SLOWEST_PER_PX = 0.5
const FASTEST_SHARE_PER_PX = 1 / 512
const WIDTHS_PER_PX = 1 / 200

/**
 * A drag on the image: right widens, down raises the centre. The pace follows the width (a brain window of 80 needs a
 * fine hand, a bone window does not), never faster than 1/512 of the data's range per px. A table becomes a window.
 */
export function dragWindow(voi: Voi, dxPx: number, dyPx: number, range: number): VoiWindow {
  const from = voi.kind === "window" ? voi : tableAsWindow(voi)
  const fastest = range * FASTEST_SHARE_PER_PX
  const perPx = Math.min(Math.max(from.width * WIDTHS_PER_PX, Math.min(SLOWEST_PER_PX, fastest)), fastest)
  return voiWindow(from.center + dyPx * perPx, from.width + dxPx * perPx, from.function)
}

/** The window that spans a VOI LUT: where a drag starts, and what a key image is stored with. */
export function tableAsWindow(voi: Extract<Voi, { kind: "table" }>): VoiWindow {
  const { firstMapped, entries } = voi.table
  return voiWindow(firstMapped + entries.length / 2, entries.length)
}
