/**
 * Organisations and people as our documents name them.
 */
import { element, type Markup } from "../xml/writer.ts"
import type { ClosedElement } from "./closed-element.ts"

export interface Organization {
  readonly oid: string
  readonly name: string
}

export interface Actor {
  /** Login or staff number, unique within the organisation. */
  readonly id: string
  readonly name: string
}

export const organizationElement = (tag: string, { oid, name }: Organization): Markup =>
  element(tag, { oid, name })

export function readOrganization(party: ClosedElement): Organization {
  const organization = { oid: party.uid("oid"), name: party.attribute("name") }
  party.finish()
  return organization
}

export const actorElement = (tag: string, { id, name }: Actor): Markup => element(tag, { id, name })

export function readActor(party: ClosedElement): Actor {
  const actor = { id: party.attribute("id"), name: party.attribute("name") }
  party.finish()
  return actor
}
