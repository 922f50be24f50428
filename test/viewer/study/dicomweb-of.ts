/** DICOMweb over synthetic series; frames go out through the gateway's own answer, ranges and multipart included. */
import express from "express"
import type { IncomingMessage, ServerResponse } from "node:http"
import { answerFrame } from "../../../gateway/actors/desks/frame-answer.ts"
import type { EncodedFrame } from "../../../gateway/journey/ports/reading-desk.ts"
import { encoded, metadataOf, type SyntheticSeries } from "./synthetic.ts"

export interface DicomwebOptions {
  /** Waits before a frame is answered. */
  readonly delayMs?: number
  /** Frames (`uid`) answered with 500. */
  readonly broken?: ReadonlySet<string>
}

/** `asked` collects `Range` headers by instance. */
export function dicomwebOf(
  series: readonly SyntheticSeries[],
  options: DicomwebOptions = {},
  asked: { readonly instance: string; readonly range: string | undefined }[] = [],
): (request: IncomingMessage, response: ServerResponse) => void {
  const kept = new Map<string, EncodedFrame>()
  const app = express()
  app.get("/dicomweb/studies/:study/series/:series/metadata", (request, response) => {
    const one = series.find(({ SeriesInstanceUID }) => SeriesInstanceUID === request.params.series)
    response.type("application/dicom+json")
    response.end(JSON.stringify(one?.frames.map((_, at) => metadataOf(one, at)) ?? []))
  })
  app.get(
    "/dicomweb/studies/:study/series/:series/instances/:instance/frames/1",
    async (request, response) => {
      const { instance } = request.params
      asked.push({ instance, range: request.get("range") })
      const one = series.find(({ SeriesInstanceUID }) => SeriesInstanceUID === request.params.series)
      const index = Number(instance.split(".").at(-1)) - 1
      if (one === undefined || options.broken?.has(instance) === true) return void response.status(500).end()
      const frame = kept.get(instance) ?? (await encoded(one, index))
      kept.set(instance, frame)
      if (options.delayMs !== undefined) await new Promise((later) => setTimeout(later, options.delayMs))
      response.set("Cache-Control", "no-store")
      answerFrame(frame, request, response)
    },
  )
  return app
}
