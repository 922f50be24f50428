import type { ToolMode } from "../../gesture/intent.ts"
import { keyCommand, type KeyCommand } from "../../gesture/keys.ts"
import { presetsFor } from "../../image/window-presets.ts"
import type { ImageController } from "./image-controller.ts"
import type { ImageDesk } from "./image-desk.ts"

/** What a command may touch besides the image. */
export interface CommandTargets {
  readonly controller: ImageController | null
  readonly images: ImageDesk
  readonly setMode: (mode: ToolMode) => void
  readonly toggleKey: () => void
  readonly toggleReport: () => void
  readonly save: () => void
}

/** Safari reports the Enter that ends a composition by this alone (UI Events, legacy attributes). */
interface LegacyKey {
  readonly keyCode: number
}

/** A text field has the keyboard. */
const isEditor = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("textarea, input, select, [contenteditable]")

/** The command of a key pressed anywhere on the page; null when the key is not ours. */
export function commandOf(event: KeyboardEvent): KeyCommand | null {
  const { key, isComposing, ctrlKey, metaKey, altKey } = event
  const { keyCode }: LegacyKey = event
  return keyCommand({ key, keyCode, isComposing, ctrlKey, metaKey, altKey, inEditor: isEditor(event.target) })
}

/** The window of a number key: a preset, or with 0 the device's own. */
export function choosePreset(
  { controller, images }: Pick<CommandTargets, "controller" | "images">,
  key: string,
): void {
  const preset = presetsFor(images.modality).find((one) => one.key === key)
  if (preset !== undefined) controller?.setVoi(preset.window)
  else if (key === "0") controller?.setVoi(null)
}

export function runCommand(command: KeyCommand, targets: CommandTargets): void {
  const { controller, images } = targets
  switch (command.kind) {
    case "scroll":
      return controller?.apply({ kind: "scroll", images: command.images })
    case "end":
      return controller?.goTo(command.which === "first" ? 0 : images.stack.length - 1)
    case "zoom":
      return controller?.zoomMiddle(command.factor)
    case "preset":
      return choosePreset(targets, command.key)
    case "series":
      return images.nextSeries(command.by)
    case "tool":
      return targets.setMode(command.mode)
    case "fit":
      return controller?.toggleFit()
    case "invert":
      return controller?.invert()
    case "reset":
      return controller?.reset()
    case "key-image":
      return targets.toggleKey()
    case "report-pane":
      return targets.toggleReport()
    case "save":
      return targets.save()
    case "close-sheet":
      // Any key but those that leaf closes it.
      return
  }
}
