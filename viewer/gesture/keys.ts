import type { ToolMode } from "./intent.ts"

/** What a key does on the reading screen. */
export type KeyCommand =
  | { readonly kind: "scroll"; readonly images: number }
  | { readonly kind: "end"; readonly which: "first" | "last" }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "preset"; readonly key: string }
  | { readonly kind: "series"; readonly by: 1 | -1 }
  | { readonly kind: "tool"; readonly mode: ToolMode }
  | { readonly kind: "fit" | "invert" | "reset" | "key-image" | "report-pane" | "save" | "close-sheet" }

/** KeyboardEvent as far as it matters. */
export interface KeySample {
  readonly key: string
  readonly keyCode: number
  readonly isComposing: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  /** The key went to a text field. */
  readonly inEditor: boolean
}

/** What browsers report for a key the input method has taken (UI Events, legacy keyCode). */
const KEY_CODE_IME = 229
const ZOOM_STEP = 1.25
const PAGE = 10

const COMMANDS: ReadonlyMap<string, KeyCommand> = new Map<string, KeyCommand>([
  ["ArrowUp", { kind: "scroll", images: -1 }],
  ["ArrowDown", { kind: "scroll", images: 1 }],
  ["PageUp", { kind: "scroll", images: -PAGE }],
  ["PageDown", { kind: "scroll", images: PAGE }],
  ["Home", { kind: "end", which: "first" }],
  ["End", { kind: "end", which: "last" }],
  ["+", { kind: "zoom", factor: ZOOM_STEP }],
  ["=", { kind: "zoom", factor: ZOOM_STEP }],
  ["-", { kind: "zoom", factor: 1 / ZOOM_STEP }],
  ["[", { kind: "series", by: -1 }],
  ["]", { kind: "series", by: 1 }],
  ["f", { kind: "fit" }],
  ["i", { kind: "invert" }],
  ["z", { kind: "reset" }],
  ["Escape", { kind: "close-sheet" }],
  ["k", { kind: "key-image" }],
  ["e", { kind: "report-pane" }],
  ["w", { kind: "tool", mode: "window" }],
  ["s", { kind: "tool", mode: "scroll" }],
  ...Array.from("0123456789", (key): [string, KeyCommand] => [key, { kind: "preset", key }]),
])

/**
 * The command of a key, or null. Nothing while an input method composes: Enter and digits then choose characters.
 * In a text field only keys with a modifier count, and outside none does except Ctrl+S.
 */
export function keyCommand(sample: KeySample): KeyCommand | null {
  if (sample.isComposing || sample.keyCode === KEY_CODE_IME || sample.altKey) return null
  const key = sample.key.length === 1 ? sample.key.toLowerCase() : sample.key
  if (sample.ctrlKey || sample.metaKey) return key === "s" ? { kind: "save" } : null
  return sample.inEditor ? null : (COMMANDS.get(key) ?? null)
}
