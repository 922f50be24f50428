import type { DecodeTask } from "../../decode-worker/decode-task.ts"
import { ByteLru } from "../../image/byte-lru.ts"
import { frameBody, FrameFault, type EncodedFrameBody } from "../../image/frame-body.ts"
import type { ImageFacts } from "../../image/image-facts.ts"
import type { StoredPixels } from "../../image/presentation.ts"
import { SharedFlights } from "./shared-flights.ts"
import { parseLevelEnds, previewFrom, previewLengthBytes } from "../../image/resolution-levels.ts"

/** One frame of a stack: where to ask for it and what it is. */
export interface FrameSource {
  /** DICOMweb path of the frame; also its key here. */
  readonly path: string
  readonly facts: ImageFacts
}

export interface DecodedFrame {
  readonly pixels: StoredPixels
  /** `preview`: an enlarged smaller picture; never measured, always marked. */
  readonly quality: "preview" | "full"
}

/** Answered by Api. */
export interface FrameFetcher {
  get(path: string, init: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
}

/** Answered by DecoderPool. */
export interface FrameDecoder {
  decode(task: Omit<DecodeTask, "id" | "bytes">, bytes: Uint8Array): Promise<StoredPixels>
}

export interface Budget {
  readonly encodedBytes: number
  readonly decodedBytes: number
}

/** viewer.md 1.2: iOS kills the page without an exception, so memory is bounded by construction. */
export const TABLET_BUDGET: Budget = { encodedBytes: 160e6, decodedBytes: 48e6 }

const HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"
const ACCEPT_FULL = [
  `multipart/related; type="image/jphc"; transfer-syntax=${HTJ2K_RPCL}`,
  `image/jphc; transfer-syntax=${HTJ2K_RPCL}`,
  `application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1; q=0.5`,
].join(", ")
/** Byte ranges count over the body, so only a single part will do. */
const ACCEPT_RANGE = `image/jphc; transfer-syntax=${HTJ2K_RPCL}, application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1; q=0.5`

interface PartOfFrame extends EncodedFrameBody {
  readonly levelEnds: readonly number[]
  readonly complete: boolean
  /** Strong validator: the rest must be of the same bytes. */
  readonly etag: string | null
}

const unstarted = (): Promise<never> => Promise.reject(new Error("the request ended meanwhile"))

/** A 206 says how long the whole is; a 200 is the whole. */
const isComplete = (response: Response, lengthBytes: number): boolean => {
  const total = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1]
  return response.status !== 206 || (total !== undefined && Number(total) === lengthBytes)
}

/** Fetches frames, keeps them encoded and decoded within a budget, and never puts them anywhere but in memory. */
export class FrameStore {
  readonly #api: FrameFetcher
  readonly #decoders: FrameDecoder
  readonly #encoded: ByteLru<PartOfFrame>
  readonly #decoded: ByteLru<DecodedFrame>
  readonly #flights = new SharedFlights<PartOfFrame>()

  constructor(api: FrameFetcher, decoders: FrameDecoder, budget: Budget = TABLET_BUDGET) {
    this.#api = api
    this.#decoders = decoders
    this.#encoded = new ByteLru(budget.encodedBytes)
    this.#decoded = new ByteLru(budget.decodedBytes)
  }

  /** Decoded and in memory now, if it is. */
  peek(source: FrameSource): DecodedFrame | undefined {
    return this.#decoded.get(source.path)
  }

  /** What is here without decoding: for the two-tone bar. */
  state(source: FrameSource): "none" | "preview" | "full" {
    const part = this.#encoded.has(source.path) ? this.#encoded.get(source.path) : undefined
    return part === undefined ? "none" : part.complete ? "full" : "preview"
  }

  /** The whole frame, decoded. Rejects with FrameFault or an AbortError. */
  async full(source: FrameSource, signal: AbortSignal): Promise<DecodedFrame> {
    const known = this.#decoded.get(source.path)
    if (known?.quality === "full") return known
    return this.#decode(source, await this.fetchFull(source, signal), 0)
  }

  /** A first, coarse picture; the whole one when that is what came; null when the frame has no smaller one. */
  async preview(source: FrameSource, signal: AbortSignal): Promise<DecodedFrame | null> {
    const known = this.#decoded.get(source.path)
    if (known !== undefined) return known
    const part = await this.fetchPreview(source, signal)
    if (part.complete) return this.#decode(source, part, 0)
    const preview = previewFrom(part.levelEnds, part.bytes.length)
    if (preview === null) return null
    return this.#decode(
      source,
      { ...part, bytes: part.bytes.subarray(0, preview.lengthBytes) },
      preview.halvings,
    )
  }

  /** Brings the whole frame here, still encoded; continues where a preview ended, after one that is on its way. */
  async fetchFull(source: FrameSource, signal: AbortSignal): Promise<PartOfFrame> {
    if (this.#flights.has(source.path)) await this.#flights.join(source.path, signal, unstarted)
    const here = this.#encoded.get(source.path)
    if (here?.complete === true) return here
    return this.#flights.join(source.path, signal, async (flying) => {
      const rest = here === undefined ? null : await this.#continue(source, here, flying)
      return this.#keep(source, rest ?? (await this.#request(source, { Accept: ACCEPT_FULL }, flying)))
    })
  }

  /** Brings at least the first resolutions here, still encoded. */
  async fetchPreview(source: FrameSource, signal: AbortSignal): Promise<PartOfFrame> {
    const here = this.#encoded.get(source.path)
    if (here !== undefined) return here
    const last = previewLengthBytes(source.facts.rows, source.facts.columns) - 1
    const headers = { Accept: ACCEPT_RANGE, Range: `bytes=0-${last}` }
    return this.#flights.join(source.path, signal, async (flying) =>
      this.#keep(source, await this.#request(source, headers, flying)),
    )
  }

  /** Forgets everything but these frames; for a page that is out of sight. */
  forgetAllBut(sources: readonly FrameSource[]): void {
    const kept = sources.flatMap((source) => {
      const decoded = this.#decoded.get(source.path)
      return decoded === undefined ? [] : [{ path: source.path, decoded }]
    })
    this.#encoded.clear()
    this.#decoded.clear()
    for (const { path, decoded } of kept) this.#decoded.set(path, decoded, decoded.pixels.byteLength)
  }

  async #continue(source: FrameSource, here: PartOfFrame, signal: AbortSignal): Promise<PartOfFrame | null> {
    const headers = {
      Accept: ACCEPT_RANGE,
      Range: `bytes=${here.bytes.length}-`,
      ...(here.etag === null ? {} : { "If-Range": here.etag }),
    }
    const rest = await this.#request(source, headers, signal)
    // A server that ignores Range, or has other bytes by now, sends the whole (RFC 9110 §13.1.5, §14.2).
    if (rest.complete) return rest
    const bytes = new Uint8Array(here.bytes.length + rest.bytes.length)
    bytes.set(here.bytes)
    bytes.set(rest.bytes, here.bytes.length)
    return { ...here, bytes, complete: true }
  }

  async #request(
    source: FrameSource,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<PartOfFrame> {
    const response = await this.#api.get(source.path, { headers, signal })
    const body = frameBody(
      response.headers.get("Content-Type") ?? "",
      new Uint8Array(await response.arrayBuffer()),
    )
    const levelEnds = parseLevelEnds(response.headers.get("X-Level-End-Bytes"))
    const etag = response.headers.get("ETag")
    return { ...body, levelEnds, etag, complete: isComplete(response, body.bytes.length) }
  }

  #keep(source: FrameSource, part: PartOfFrame): PartOfFrame {
    this.#encoded.set(source.path, part, part.bytes.length)
    return part
  }

  async #decode(source: FrameSource, part: PartOfFrame, halvings: number): Promise<DecodedFrame> {
    const { rows, columns, samplesPerPixel, bitsAllocated, signed } = source.facts
    if (rows === 0 || columns === 0) throw new FrameFault("size", "the metadata give no rows or columns")
    const task = { rows, columns, samplesPerPixel, bitsAllocated, signed, halvings }
    const pixels = await this.#decoders.decode(
      { ...task, TransferSyntaxUID: part.TransferSyntaxUID },
      part.bytes,
    )
    const frame: DecodedFrame = { pixels, quality: halvings === 0 ? "full" : "preview" }
    if (this.#decoded.get(source.path)?.quality === "full") return this.#decoded.get(source.path) ?? frame
    this.#decoded.set(source.path, frame, pixels.byteLength)
    return frame
  }
}
