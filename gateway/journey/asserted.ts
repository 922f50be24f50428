/**
 * Asserted: what gateways say to each other of who acts (IHE XUA, ITI-40), by agreement.
 *
 * An assertion stands in the header of a message and is good for minutes, hence every attempt has one of its own; what is
 * submitted stays the same octets. Where nobody acted, with a receipt for instance, the gateway speaks for itself: a
 * principal may be a system.
 */
import { type Assertion, type CodedValue, auditName } from "../standards/saml/assertion.ts"
import { writeSecurity } from "../standards/saml/security-header.ts"
import { verifyAssertion } from "../standards/saml/verify-assertion.ts"
import { AUTHENTICATION, NAME_FORMAT } from "../standards/saml/vocabulary.ts"
import { buildAssertion } from "../standards/saml/write-assertion.ts"
import { JAPANESE_CODING_SCHEME } from "../standards/hpki/hc-role.ts"
import { SecurityFault } from "../standards/soap/fault.ts"
import type { Agreement } from "./agreement.ts"
import { uuid } from "./ids.ts"
import { agreementOf } from "./keep.ts"
import type { AssertedUser } from "./ports/outside.ts"
import type { Principal } from "./records/request.ts"
import type { SubmissionRecord } from "./records/submission.ts"
import type { World } from "./world.ts"

/** It is made right before it is sent, and read before the documents are. */
const LIFETIME_MS = 5 * 60_000

/** HL7 V3 ActReason: images are read and reported because somebody is treated. */
const PURPOSE: CodedValue = {
  code: "TREAT",
  codeSystem: "2.16.840.1.113883.5.8",
  codeSystemName: "HL7 ActReason",
  displayName: "treatment",
}

/** Issuer and audience: an institution, by the OID of its agreement. */
export const entityId = (oid: string): string => `urn:oid:${oid}`

/** The wsse:Security header of one attempt, signed by our seal; null where none is agreed. Throws KeyError, ClockError. */
export async function securityHeader(world: World, record: SubmissionRecord): Promise<string | null> {
  const agreement = agreementOf(world, record.agreement)
  if (agreement === null || agreement.xua === "off") return null
  const said = { id: `_${uuid(world.chance)}`, ...saidOf(world, agreement, record) }
  const { toBeSigned, finish } = buildAssertion(said, world.keys.chain("seal"))
  const assertion = finish(await world.keys.sign("seal", toBeSigned))
  return writeSecurity(assertion, agreement.xua === "demand").text
}

/** As whom we sent it, for the audit trail; null where nothing is said of that. */
export function sentAs(world: World, record: SubmissionRecord): AssertedUser | null {
  const agreement = agreementOf(world, record.agreement)
  return agreement === null || agreement.xua === "off" ? null : userOf(saidOf(world, agreement, record))
}

/**
 * Who acts in a message of this partner: one that came with an assertion is believed only if it holds.
 *
 * @param headers wsse:Security headers as written
 * @throws SecurityFault for one that does not hold, and for none where the agreement demands it
 */
export function assertedIn(world: World, id: string, headers: readonly string[]): AssertedUser | null {
  const agreement = agreementOf(world, id)
  if (agreement === null || agreement.xua === "off") return null
  const [header, ...others] = headers
  if (others.length > 0) throw new SecurityFault("InvalidSecurity", "more than one Security header")
  if (header === undefined && agreement.xua === "demand")
    throw new SecurityFault(
      "SecurityTokenUnavailable",
      "the agreement demands an assertion, and there is none",
    )
  if (header === undefined) return null
  const trust = {
    issuer: entityId(agreement.partner.oid),
    seal: world.trust.seal(agreement),
    audiences: [entityId(world.site.oid)],
  }
  return userOf(verifyAssertion(header, trust, world.clock.now()))
}

type Said = Omit<Assertion, "id">

const userOf = (said: Said): AssertedUser => ({
  userId: said.subject.name,
  userName: auditName(said),
  roles: said.roles,
  purposes: said.purposes,
})

function saidOf({ site, clock }: World, agreement: Agreement, record: SubmissionRecord): Said {
  const principal = record.private.principal ?? null
  const now = clock.now()
  return {
    issuer: entityId(site.oid),
    issuedAt: now,
    subject: principal === null ? gatewayItself(site.oid) : subjectOf(principal),
    notBefore: now,
    notOnOrAfter: new Date(now.getTime() + LIFETIME_MS),
    audiences: [entityId(agreement.partner.oid), agreement.endpoint],
    authentication: authenticationOf(principal, now),
    personName: principal?.name ?? "",
    organization: { name: site.name, id: entityId(site.oid) },
    roles: [principal?.role].filter(isNamed).map(qualification),
    purposes: [PURPOSE],
  }
}

const gatewayItself = (oid: string): Said["subject"] => ({
  name: entityId(oid),
  format: NAME_FORMAT.system,
  alias: "",
})

/** Who signed is known by the certificate, and by the account beside it; everybody else by the account. */
const subjectOf = ({ account, certificateSubject }: Principal): Said["subject"] =>
  certificateSubject === null
    ? { name: account, format: NAME_FORMAT.account, alias: "" }
    : { name: certificateSubject, format: NAME_FORMAT.certificateSubject, alias: account }

function authenticationOf(principal: Principal | null, now: Date): Said["authentication"] {
  if (principal === null) return { at: now, context: AUTHENTICATION.certificate }
  const context = {
    passkey: AUTHENTICATION.passkey,
    certificate: AUTHENTICATION.certificate,
    "own-signature": AUTHENTICATION.ownSignature,
    token: AUTHENTICATION.token,
  }[principal.authenticatedBy]
  return { at: new Date(principal.authenticatedAt), context }
}

const isNamed = (role: string | null | undefined): role is string => typeof role === "string"

/** hcRole has names and no codes: the name is the code (HPKI certificate policy). */
const qualification = (role: string): CodedValue => ({
  code: role,
  codeSystem: JAPANESE_CODING_SCHEME,
  codeSystemName: "id-jhpki-cdata",
  displayName: role,
})
