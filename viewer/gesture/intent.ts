/** What a hand means, in CSS px of the image area. */
export type Intent =
  | { readonly kind: "scroll"; readonly images: number }
  | { readonly kind: "window"; readonly dx: number; readonly dy: number }
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  | { readonly kind: "zoom"; readonly factor: number; readonly x: number; readonly y: number }
  | { readonly kind: "double-tap" | "long-press"; readonly x: number; readonly y: number }

/** What one finger or the left button does: the tool that is pressed in the bar. */
export type ToolMode = "scroll" | "window" | "zoom" | "pan"
