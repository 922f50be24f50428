/**
 * Steps through a CDA tree by element names, and what is missing on the way.
 */
import { Malformed } from "../malformed.ts"
import { attributeOf, childOf, childrenOf, type XmlElement } from "../xml/reader.ts"
import { HL7 } from "./codes.ts"

const incomplete = (what: string): Malformed =>
  new Malformed("REPORT_INCOMPLETE", "CDA R2 4.2", `${what} is missing`)

/** The first element on the path, or null. */
export function at(from: XmlElement, ...path: readonly string[]): XmlElement | null {
  let place: XmlElement | null = from
  for (const name of path) place = place && childOf(place, HL7, name)
  return place
}

/** @throws Malformed REPORT_INCOMPLETE */
export function required(from: XmlElement, ...path: readonly string[]): XmlElement {
  const found = at(from, ...path)
  if (!found) throw incomplete(`${from.local}/${path.join("/")}`)
  return found
}

export const all = (from: XmlElement, name: string): readonly XmlElement[] => childrenOf(from, HL7, name)

/** @throws Malformed REPORT_INCOMPLETE */
export function attribute(element: XmlElement, name: string): string {
  const value = attributeOf(element, name)
  if (value === null) throw incomplete(`${element.local}/@${name}`)
  return value
}

export const optional = (element: XmlElement, name: string): string | null => attributeOf(element, name)
