/** Answers a frame request: alone with ranges, so that a tablet can stop at a resolution level, or in a multipart. */
import type { Request, Response } from "express"
import { DeskError } from "../../journey/errors.ts"
import type { EncodedFrame } from "../../journey/ports/reading-desk.ts"
import { frameForm } from "./accept.ts"
import { byteRange } from "./byte-range.ts"

/** @throws DeskError ERR_NOT_ACCEPTABLE, ERR_RANGE */
export function answerFrame(frame: EncodedFrame, request: Request, response: Response): void {
  const form = frameForm(request.get("accept"), frame.mediaType, frame.TransferSyntaxUID)
  const type = `${frame.mediaType}; transfer-syntax=${frame.TransferSyntaxUID}`
  if (form === null) throw new DeskError("ERR_NOT_ACCEPTABLE", `the frame is ${type}`)
  // The strong validator is the digest of the bytes themselves (RFC 9110 §8.8.3).
  response.set("ETag", `"${frame.sha256}"`).set("Vary", "Accept")
  response.set("X-Level-End-Bytes", frame.levelEndBytes.join(","))
  if (form === "multipart") answerMultipart(frame, type, response)
  else answerSingle(frame, type, request, response)
}

function answerSingle(frame: EncodedFrame, type: string, request: Request, response: Response): void {
  const { bytes } = frame
  response.set("Content-Type", type).set("Accept-Ranges", "bytes")
  // If-Range with another version: the whole of this one (RFC 9110 §13.1.5).
  const ifRange = request.get("if-range")
  const stale = ifRange !== undefined && ifRange !== `"${frame.sha256}"`
  const range = byteRange(stale ? undefined : request.get("range"), bytes.length)
  if (range === "unsatisfiable") {
    response.set("Content-Range", `bytes */${bytes.length}`)
    throw new DeskError("ERR_RANGE", `the frame has ${bytes.length} bytes`)
  }
  if (range === "whole") {
    response.set("Content-Length", String(bytes.length)).end(bytes)
    return
  }
  response.status(206).set("Content-Range", `bytes ${range.start}-${range.end - 1}/${bytes.length}`)
  response.set("Content-Length", String(range.end - range.start))
  response.end(bytes.subarray(range.start, range.end))
}

/** PS3.18 8.6.1.2.1, RFC 2387. The digest makes a boundary that the bytes hold only by forging SHA-256. */
function answerMultipart(frame: EncodedFrame, type: string, response: Response): void {
  const boundary = `frame-${frame.sha256.slice(0, 32)}`
  const head = Buffer.from(
    `--${boundary}\r\nContent-Type: ${type}\r\nContent-Length: ${frame.bytes.length}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  response.set("Content-Type", `multipart/related; type="${frame.mediaType}"; boundary=${boundary}`)
  response.set("Content-Length", String(head.length + frame.bytes.length + tail.length))
  response.write(head)
  response.write(frame.bytes)
  response.end(tail)
}
