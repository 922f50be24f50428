/** Decodes frames beside the page: HTJ2K by OpenJPH, native little endian by copying. One task at a time, in order. */
import openjph from "@cornerstonejs/codec-openjph/wasmjs"
import openjphWasm from "@cornerstonejs/codec-openjph/wasm?url"
import { frameLengthBytes, nativePixels } from "../image/native-pixels.ts"
import type { StoredPixels } from "../image/presentation.ts"
import type { DecodeAnswer, DecodeTask } from "./decode-task.ts"
import { decodeHtj2k, SizeMismatch } from "./htj2k.ts"

const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
const HTJ2K_LOSSLESS = new Set(["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202"])

const codec = openjph({ locateFile: () => openjphWasm })

async function decode(task: DecodeTask): Promise<StoredPixels> {
  if (HTJ2K_LOSSLESS.has(task.TransferSyntaxUID)) return decodeHtj2k(await codec, task)
  if (task.TransferSyntaxUID !== EXPLICIT_VR_LITTLE_ENDIAN)
    throw new Error(`transfer syntax ${task.TransferSyntaxUID}`)
  if (task.bytes.length < frameLengthBytes(task)) throw new SizeMismatch(`${task.bytes.length} bytes`)
  return nativePixels(task.bytes, task)
}

/** Emscripten throws numbers for C++ exceptions; they become a sentence like any other fault. */
function faultOf(id: number, error: unknown): DecodeAnswer {
  const message = error instanceof Error ? error.message : `codec exception ${String(error)}`
  return { id, fault: error instanceof SizeMismatch ? "size" : "decode", message }
}

addEventListener("message", ({ data }: MessageEvent<DecodeTask>) => {
  void decode(data).then(
    (pixels) => postMessage({ id: data.id, pixels } satisfies DecodeAnswer, { transfer: [pixels.buffer] }),
    (error: unknown) => postMessage(faultOf(data.id, error)),
  )
})
