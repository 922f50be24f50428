/** Answers on the wire: MTOM for everything that is SOAP, plain text for what is only HTTP (ITI TF-2 3.41.4.2.2). */
import type { IncomingMessage, ServerResponse } from "node:http"
import { writeResponse } from "../../standards/soap/envelope-writer.ts"
import { SoapFault, writeFault } from "../../standards/soap/fault.ts"
import { mtomFrame } from "../../standards/soap/mtom-writer.ts"
import { FAULT_ACTION } from "../../standards/soap/namespaces.ts"
import { PROVIDE_AND_REGISTER_RESPONSE } from "../../standards/xds/provide-and-register.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import { writeRegistryResponse } from "../../standards/xds/registry-response-writer.ts"

/** RegistryResponse, Success and Failure alike: 200. Faults: SOAP 1.2 part 2 table 20. */
export function answerSoap(
  response: ServerResponse,
  answer: RegistryResponse | SoapFault,
  relatesTo: string,
): void {
  const isFault = answer instanceof SoapFault
  const action = isFault ? FAULT_ACTION : PROVIDE_AND_REGISTER_RESPONSE
  const body = isFault ? writeFault(answer) : writeRegistryResponse(answer)
  const root = Buffer.from(writeResponse(action, relatesTo, body))
  // Nothing of the sender's bytes is in the answer's parts, so its boundary may follow from the MessageID.
  const frame = mtomFrame(`response to ${relatesTo}`, action, root, [])
  send(
    response,
    isFault ? answer.httpStatus : 200,
    frame.contentType,
    Buffer.concat([frame.head, frame.tail]),
  )
}

/** A sender that did not speak MTOM would not understand an MTOM fault. */
export function answerPlainFault(response: ServerResponse, fault: SoapFault): void {
  const envelope = Buffer.from(writeResponse(FAULT_ACTION, "", writeFault(fault)))
  send(response, fault.httpStatus, `application/soap+xml; charset=UTF-8; action="${FAULT_ACTION}"`, envelope)
}

export function answerHttp(response: ServerResponse, status: number, sentence: string): void {
  if (status === 405) response.setHeader("Allow", "POST")
  send(response, status, "text/plain; charset=UTF-8", Buffer.from(`${sentence}\n`))
}

function send(response: ServerResponse, status: number, contentType: string, body: Uint8Array): void {
  if (response.headersSent || response.destroyed) return
  // Otherwise Node closes at once after the answer to a request whose body was not read, and the reset that
  // follows takes the answer with it. `drain` closes.
  response.shouldKeepAlive = true
  response.writeHead(status, { "Content-Type": contentType, "Content-Length": body.length })
  response.end(body)
}

/** Reads and drops the rest of a request that was answered early; cuts the connection when it does not end. */
export function drain(request: IncomingMessage, timeoutMs: number): void {
  const isLast = request.headers.connection?.toLowerCase() === "close"
  const close = (): void => {
    request.socket.destroySoon()
  }
  if (request.complete) {
    if (isLast) close()
    return
  }
  const timer = setTimeout(close, timeoutMs)
  request.once("close", () => clearTimeout(timer))
  if (isLast) request.once("end", close)
  // Whatever happens to a request that is answered concerns nobody any more.
  request.on("error", () => clearTimeout(timer))
  request.resume()
}
