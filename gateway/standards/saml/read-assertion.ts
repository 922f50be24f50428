/** Reading what an assertion says (SAML core 2.3, 2.5, 2.7; ITI TF-2 3.40.4.1.2), from the octets whose signature was checked. */
import { Malformed } from "../malformed.ts"
import { XML_LIMITS, type XmlLimits } from "../xml/limits.ts"
import {
  attributeOf,
  childOf,
  childrenOf,
  isElement,
  readXml,
  textOf,
  type XmlElement,
} from "../xml/reader.ts"
import type { Assertion, CodedValue } from "./assertion.ts"
import { ATTRIBUTE, BEARER, HL7V3, SAML } from "./vocabulary.ts"

const LIMITS: XmlLimits = { ...XML_LIMITS, maxLength: 256 * 1024, maxElements: 2_000, maxTextLength: 16_384 }
/** Of one attribute; nobody has more roles. */
const MAX_VALUES = 32
/** Longer names and codes are nobody's. */
const MAX_VALUE_LENGTH = 512

/** Conditions that change nothing for us: it is good once anyway, and we pass it on to nobody (SAML core 2.5.1). */
const HARMLESS: readonly string[] = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]

/** SAML core 1.3.3: in UTC, and said so. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/**
 * Every window in it is narrowed to what all its parts allow.
 *
 * @throws Malformed ASSERTION for what XUA wants and it does not say, or what it says that nobody here can judge
 */
export function readAssertion(octets: Uint8Array): Assertion {
  const root = readXml(octets, LIMITS)
  if (!isElement(root, SAML, "Assertion") || attributeOf(root, "Version") !== "2.0")
    throw fault("it is no SAML 2.0 assertion")
  const conditions = only(root, "Conditions")
  const confirmation = bearerOf(only(root, "Subject"))
  const attributes = attributesOf(root)
  const first = (name: string): string => attributes.get(name)?.map(wordsOf)[0] ?? ""
  return {
    id: required(root, "ID"),
    issuer: wordsOf(only(root, "Issuer")),
    issuedAt: instantOf(root, "IssueInstant"),
    subject: subjectOf(only(root, "Subject")),
    notBefore: instantOf(conditions, "NotBefore"),
    notOnOrAfter: earliest(instantOf(conditions, "NotOnOrAfter"), endOf(confirmation)),
    audiences: audiencesOf(conditions),
    authentication: authenticationOf(root),
    personName: first(ATTRIBUTE.name),
    organization: { name: first(ATTRIBUTE.organization), id: first(ATTRIBUTE.organizationId) },
    roles: codedIn(attributes.get(ATTRIBUTE.role), "Role"),
    purposes: codedIn(attributes.get(ATTRIBUTE.purposeOfUse), "PurposeOfUse"),
  }
}

const fault = (why: string): Malformed => new Malformed("ASSERTION", "ITI TF-2 3.40.4.1.2", why)

function only(parent: XmlElement, local: string): XmlElement {
  const [found, ...others] = childrenOf(parent, SAML, local)
  if (found === undefined || others.length > 0) throw fault(`not exactly one ${local} in ${parent.local}`)
  return found
}

function required(element: XmlElement, name: string): string {
  const value = attributeOf(element, name)
  if (value === null || value === "") throw fault(`${element.local} without ${name}`)
  return value
}

function instantOf(element: XmlElement, name: string): Date {
  const text = required(element, name)
  const at = new Date(text)
  if (!INSTANT.test(text) || Number.isNaN(at.getTime()))
    throw fault(`${name} of ${element.local} is no instant in UTC`)
  return at
}

/** Text with its white space folded, as pretty printers add it; never empty, never endless. */
function wordsOf(element: XmlElement): string {
  const words = textOf(element).trim().replace(/\s+/g, " ")
  if (words === "" || words.length > MAX_VALUE_LENGTH) throw fault(`${element.local} is empty or too long`)
  return words
}

function subjectOf(subject: XmlElement): Assertion["subject"] {
  const nameId = only(subject, "NameID")
  const alias = attributeOf(nameId, "SPProvidedID") ?? ""
  if (alias.length > MAX_VALUE_LENGTH) throw fault("SPProvidedID is too long")
  return { name: wordsOf(nameId), format: attributeOf(nameId, "Format") ?? "", alias }
}

/** XUA: bearer shall be there. Who holds a key besides proves it to somebody else. */
function bearerOf(subject: XmlElement): XmlElement {
  const bearer = childrenOf(subject, SAML, "SubjectConfirmation").find(
    (each) => attributeOf(each, "Method") === BEARER,
  )
  if (bearer === undefined) throw fault("the subject is not confirmed as bearer")
  return bearer
}

/** SubjectConfirmationData may end it earlier. */
function endOf(confirmation: XmlElement): Date | null {
  const data = childOf(confirmation, SAML, "SubjectConfirmationData")
  return data === null || attributeOf(data, "NotOnOrAfter") === null ? null : instantOf(data, "NotOnOrAfter")
}

const earliest = (one: Date, other: Date | null): Date => (other !== null && other < one ? other : one)

/** Each restriction must allow us; with several the audience must be in all of them (SAML core 2.5.1.4). */
function audiencesOf(conditions: XmlElement): readonly string[] {
  const strange = conditions.children.find(
    (each) => each.namespace !== SAML || !HARMLESS.includes(each.local),
  )
  if (strange !== undefined) throw fault(`a condition nobody here can judge: ${strange.local}`)
  const [first, ...others] = childrenOf(conditions, SAML, "AudienceRestriction").map((restriction) =>
    childrenOf(restriction, SAML, "Audience").map(wordsOf),
  )
  return (first ?? []).filter((audience) => others.every((each) => each.includes(audience)))
}

function authenticationOf(root: XmlElement): Assertion["authentication"] {
  const statement = childOf(root, SAML, "AuthnStatement")
  if (statement === null) throw fault("nothing is said of how the subject was authenticated")
  const context = wordsOf(only(only(statement, "AuthnContext"), "AuthnContextClassRef"))
  return { at: instantOf(statement, "AuthnInstant"), context }
}

/** By name, over as many statements as there are (ITI TF-2 3.40.4.1.2). */
function attributesOf(root: XmlElement): ReadonlyMap<string, readonly XmlElement[]> {
  const found = new Map<string, readonly XmlElement[]>()
  for (const statement of childrenOf(root, SAML, "AttributeStatement"))
    for (const attribute of childrenOf(statement, SAML, "Attribute")) {
      const name = required(attribute, "Name")
      const values = [...(found.get(name) ?? []), ...childrenOf(attribute, SAML, "AttributeValue")]
      if (values.length > MAX_VALUES) throw fault(`more than ${MAX_VALUES} values of ${name}`)
      found.set(name, values)
    }
  return found
}

/** What is no such element of HL7 V3 is passed over: some senders put other things beside it. */
function codedIn(values: readonly XmlElement[] = [], local: "Role" | "PurposeOfUse"): readonly CodedValue[] {
  return values
    .flatMap((value) => childrenOf(value, HL7V3, local))
    .map((element) => ({
      code: attributeOf(element, "code") ?? "",
      codeSystem: attributeOf(element, "codeSystem") ?? "",
      codeSystemName: attributeOf(element, "codeSystemName") ?? "",
      displayName: attributeOf(element, "displayName") ?? "",
    }))
}
