import type { StoredPixels } from "../image/presentation.ts"

/** One frame to decode; the bytes are transferred to the worker and gone from the page. */
export interface DecodeTask {
  readonly id: number
  readonly TransferSyntaxUID: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** 0 = full size; each one more halves width and height, rounded up. */
  readonly halvings: number
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly bitsAllocated: number
  readonly signed: boolean
}

/** The pixels at `rows` × `columns`, or why there are none. */
export type DecodeAnswer =
  | { readonly id: number; readonly pixels: StoredPixels }
  | { readonly id: number; readonly fault: "decode" | "size"; readonly message: string }
