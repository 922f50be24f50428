/** Answers on the wire: MTOM for everything that is SOAP (ITI TF-2 3.41.4.2.2). */
import type { ServerResponse } from "node:http"
import { writeResponse } from "../../standards/soap/envelope-writer.ts"
import { SoapFault, writeFault, writeFaultHeaders } from "../../standards/soap/fault.ts"
import { mtomFrame } from "../../standards/soap/mtom-writer.ts"
import { FAULT_ACTION } from "../../standards/soap/namespaces.ts"
import { PROVIDE_AND_REGISTER_RESPONSE } from "../../standards/xds/provide-and-register.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import { writeRegistryResponse } from "../../standards/xds/registry-response-writer.ts"
import { send } from "../http-door/answer.ts"

/** RegistryResponse, Success and Failure alike: 200. Faults: SOAP 1.2 part 2 table 20. */
export function answerSoap(
  response: ServerResponse,
  answer: RegistryResponse | SoapFault,
  relatesTo: string,
): void {
  const isFault = answer instanceof SoapFault
  const action = isFault ? FAULT_ACTION : PROVIDE_AND_REGISTER_RESPONSE
  const envelope = isFault
    ? faultEnvelope(answer, relatesTo)
    : writeResponse(action, relatesTo, writeRegistryResponse(answer))
  const root = Buffer.from(envelope)
  // Nothing of the sender's bytes is in the answer's parts, so its boundary may follow from the MessageID.
  const frame = mtomFrame(`response to ${relatesTo}`, action, root, [])
  send(
    response,
    isFault ? answer.httpStatus : 200,
    { "Content-Type": frame.contentType },
    Buffer.concat([frame.head, frame.tail]),
  )
}

/** A sender that did not speak MTOM would not understand an MTOM fault. */
export function answerPlainFault(response: ServerResponse, fault: SoapFault): void {
  const envelope = Buffer.from(faultEnvelope(fault, ""))
  const contentType = `application/soap+xml; charset=UTF-8; action="${FAULT_ACTION}"`
  send(response, fault.httpStatus, { "Content-Type": contentType }, envelope)
}

function faultEnvelope(fault: SoapFault, relatesTo: string): string {
  return writeResponse(FAULT_ACTION, relatesTo, writeFault(fault), writeFaultHeaders(fault))
}
