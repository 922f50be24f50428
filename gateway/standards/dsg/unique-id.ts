/** Document uniqueId ⇄ the URI of its ds:Reference (ITI TF-3 5.5.2). */
import { Malformed } from "../malformed.ts"

const OID = /^[0-2](\.(0|[1-9]\d*))+$/
const OID_WITH_EXTENSION = /^([0-2](?:\.(?:0|[1-9]\d*))+)\^([\w.-]{1,16})$/
const UUID_URN = /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const OID_URN = /^urn:oid:([0-2](?:\.(?:0|[1-9]\d*))+)(?:#([\w.-]{1,16}))?$/

/**
 * `urn:oid:…` for an OID, `urn:oid:OID#ext` for CDA's `OID^ext` (our affinity rule), `urn:uuid:…` as it is.
 * Throws Malformed UNIQUE_ID.
 */
export function uriOfUniqueId(uniqueId: string): string {
  if (OID.test(uniqueId)) return `urn:oid:${uniqueId}`
  if (UUID_URN.test(uniqueId)) return uniqueId
  const [, oid, extension] = OID_WITH_EXTENSION.exec(uniqueId) ?? []
  if (oid !== undefined && extension !== undefined) return `urn:oid:${oid}#${extension}`
  throw malformed(uniqueId)
}

/** The other way round; a bare OID is taken as well, as some signers write it. Throws Malformed UNIQUE_ID. */
export function uniqueIdOfUri(uri: string): string {
  if (UUID_URN.test(uri) || OID.test(uri)) return uri
  const [, oid, extension] = OID_URN.exec(uri) ?? []
  if (oid === undefined) throw malformed(uri)
  return extension === undefined ? oid : `${oid}^${extension}`
}

const malformed = (text: string) =>
  new Malformed("UNIQUE_ID", "ITI TF-3 5.5.2", `neither OID nor UUID: ${text.slice(0, 80)}`)
