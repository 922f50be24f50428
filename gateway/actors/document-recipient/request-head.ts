/** What the HTTP request line and headers alone decide, before a byte of the body is asked for (ITI TF-2 V.8). */
import type { IncomingMessage } from "node:http"
import { SoapFault } from "../../standards/soap/fault.ts"
import { bareContentId } from "../../standards/soap/content-id.ts"
import type { MediaType } from "../../standards/soap/media-type.ts"
import { PROVIDE_AND_REGISTER } from "../../standards/xds/provide-and-register.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { bodyType } from "../http-door/request-head.ts"

export interface MultipartHead {
  readonly boundary: string
  /** Content-ID of the root part, null when the parameter is absent. */
  readonly start: string | null
  /** What is overlooked, in words. */
  readonly faults: readonly string[]
}

/**
 * @throws HttpRefusal 404, 405, 413, 415 · SoapFault when it is SOAP but not MTOM with SOAP 1.2
 */
export function readHead(request: IncomingMessage, path: string, maxRequestBytes: number): MultipartHead {
  checkTarget(request, path)
  const mediaType = bodyType(request, maxRequestBytes)
  checkMtom(mediaType)
  const start = mediaType.parameters.get("start")
  return {
    boundary: mediaType.parameters.get("boundary") ?? "",
    start: start === undefined ? null : bareContentId(start),
    faults: faultsOf(mediaType),
  }
}

function checkTarget(request: IncomingMessage, path: string): void {
  const [target] = (request.url ?? "").split("?")
  if (target !== path) throw new HttpRefusal(404, "nothing is served here")
  if (request.method !== "POST") throw new HttpRefusal(405, "only POST is served here", { Allow: "POST" })
}

/** `start-info` and `type` differ between stacks; the envelope itself will say which SOAP it is. */
function checkMtom({ essence, parameters }: MediaType): void {
  if (essence === "application/soap+xml")
    throw new SoapFault(
      "Sender",
      "ITI-41 is an MTOM/XOP message: multipart/related is wanted, not plain SOAP",
    )
  if (essence === "text/xml")
    throw new SoapFault("VersionMismatch", "ITI-41 is SOAP 1.2 with MTOM/XOP: multipart/related is wanted")
  if (essence !== "multipart/related") throw new HttpRefusal(415, "multipart/related is wanted")
  const type = parameters.get("type")?.toLowerCase()
  if (type !== undefined && !["application/xop+xml", "application/soap+xml"].includes(type))
    throw new SoapFault("Sender", "the root part must be application/xop+xml")
}

/** wsa:Action decides; what the Content-Type says of it is heard and not followed. */
function faultsOf({ parameters }: MediaType): readonly string[] {
  const action = parameters.get("action") ?? PROVIDE_AND_REGISTER
  return action === PROVIDE_AND_REGISTER ? [] : ["another action in Content-Type than in wsa:Action"]
}
