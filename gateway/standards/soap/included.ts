/** Content of SOAP headers that some stacks take out to parts of the message (XOP §3): certificates, signature values. */
import { attributeOf, isElement, type XmlElement } from "../xml/reader.ts"
import { SecurityFault, SoapFault } from "./fault.ts"
import { WSA, WSSE, XOP } from "./namespaces.ts"

/** `href` of every xop:Include in it. */
export function includesIn(element: XmlElement): readonly string[] {
  const own = isElement(element, XOP, "Include") ? [attributeOf(element, "href") ?? ""] : []
  return [...own, ...element.children.flatMap(includesIn)]
}

/**
 * A header that is looked at is judged before any part is read, and a signature over what stands elsewhere cannot be: it holds all
 * of its content itself, or is refused. Of any other header the parts are let by.
 *
 * @param understood namespaces of headers that somebody here looks at, beside those of WS-Addressing
 * @throws SoapFault InvalidAddressingHeader, SecurityFault InvalidSecurity
 */
export function checkIncluded(headers: readonly XmlElement[], understood: readonly string[]): void {
  const outside = headers.filter((header) => includesIn(header).length > 0)
  if (outside.some(({ namespace }) => namespace === WSA))
    throw new SoapFault(
      "Sender",
      "an addressing header stands in a part of its own",
      "InvalidAddressingHeader",
    )
  if (understood.includes(WSSE) && outside.some((header) => isElement(header, WSSE, "Security")))
    throw new SecurityFault(
      "InvalidSecurity",
      "content of the Security header stands in a part (xop:Include)",
    )
}
