/** DICOMweb of the reading desk: WADO-RS metadata, frames and rendered frames (PS3.18 10.4). */
import { promisify } from "node:util"
import { brotliCompress, constants } from "node:zlib"
import { DeskError } from "../../journey/errors.ts"
import type { CaseStudy, ReadingDesk } from "../../journey/ports/reading-desk.ts"
import { answerFrame } from "./frame-answer.ts"
import { InputError } from "./input.ts"
import { isIdentifier, type Call, type Octets, type Routes } from "./routes.ts"

const STUDY = "/dicomweb/studies/:study"
const SERIES = `${STUDY}/series/:series`
const INSTANCE = `${SERIES}/instances/:instance`

const brotli = promisify(brotliCompress)
/** 500 instances: about 1 MB of JSON to 30 kB in 10 ms; higher levels cost more than the line saves. */
const BROTLI_QUALITY = 5

export function mountDicomweb(routes: Routes, desk: ReadingDesk): void {
  routes.raw(`${STUDY}/metadata`, (call) => metadata(desk, call, null))
  routes.raw(`${SERIES}/metadata`, (call) => metadata(desk, call, uid(call, "series")))
  routes.raw(`${INSTANCE}/frames/:frame`, async (call) => {
    const number = frameNumber(call)
    const frame = await desk.frame(call.person, study(call), uid(call, "instance"), number)
    answerFrame(frame, call.request, call.response)
  })
  routes.octets(`${INSTANCE}/rendered`, (call) => rendered(desk, call, 1))
  routes.octets(`${INSTANCE}/frames/:frame/rendered`, (call) => rendered(desk, call, frameNumber(call)))
}

async function metadata(desk: ReadingDesk, call: Call<null>, series: string | null): Promise<void> {
  const { request, response } = call
  const instances = await desk.metadata(call.person, study(call), series)
  const json = Buffer.from(JSON.stringify(instances))
  response.set("Content-Type", "application/dicom+json").set("Vary", "Accept-Encoding")
  if (request.acceptsEncodings("br") !== "br") {
    response.end(json)
    return
  }
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
  response.set("Content-Encoding", "br").end(await brotli(json, { params }))
}

async function rendered(desk: ReadingDesk, call: Call<null>, frame: number): Promise<Octets> {
  const window = windowOf(call.request.query.window)
  const instance = uid(call, "instance")
  const png = await desk.rendered(call.person, study(call), instance, frame, window.center, window.width)
  return { mediaType: "image/png", bytes: png, fileName: null, disposition: "inline" }
}

/** PS3.18 8.3.5.1.4: `center,width[,function]`; only LINEAR. Nulls when not given: the image's own window. */
function windowOf(query: unknown): { readonly center: number | null; readonly width: number | null } {
  if (query === undefined) return { center: null, width: null }
  const parts = typeof query === "string" ? query.split(",") : []
  const fits = parts.length === 2 || (parts.length === 3 && parts[2]?.toLowerCase() === "linear")
  const [center = NaN, width = NaN] = parts.map((part) => (part.trim() === "" ? NaN : Number(part)))
  if (!fits || !Number.isFinite(center) || !Number.isFinite(width) || width < 1)
    throw new InputError(["window"])
  return { center, width }
}

/** A UID may be in use for two patients: the case says whose study is meant. */
function study(call: Call<null>): CaseStudy {
  const StudyInstanceUID = uid(call, "study")
  const requestId = call.request.query.case
  if (typeof requestId !== "string" || !isIdentifier(requestId)) throw new InputError(["case"])
  return { requestId, StudyInstanceUID }
}

/** PS3.5 9.1 */
function uid(call: Call<null>, name: string): string {
  const value = call.param(name)
  if (!/^[0-9.]{1,64}$/.test(value)) throw new DeskError("ERR_NOT_FOUND", "no such address")
  return value
}

/** 1-based. A list of frames is not served: each has its own ETag and ranges. */
function frameNumber(call: Call<null>): number {
  const value = call.param("frame")
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new DeskError("ERR_NOT_FOUND", "no such frame")
  return Number(value)
}
