/**
 * The User Information Item of an A-ASSOCIATE (PS3.8 9.3.2.3, PS3.7 annex D.3.3): maximum length, who we are, and
 * everything that may be negotiated beside the presentation contexts. Sub-items unknown to us are skipped, as
 * PS3.8 9.3.1 demands.
 */
import { Malformed } from "../malformed.ts"
import { OctetReader, isoBytes, joined, u16Bytes, u32Bytes } from "./octets.ts"

/** SCP/SCU role selection, PS3.7 D.3.3.4. */
export interface RoleSelection {
  readonly SOPClassUID: string
  readonly scuRole: boolean
  readonly scpRole: boolean
}

/** SOP Class Extended Negotiation, PS3.7 D.3.3.5. */
export interface ExtendedNegotiation {
  readonly SOPClassUID: string
  readonly applicationInformation: Uint8Array
}

/** SOP Class Common Extended Negotiation, PS3.7 D.3.3.6. */
export interface CommonExtendedNegotiation {
  readonly SOPClassUID: string
  readonly ServiceClassUID: string
  readonly relatedGeneralSOPClassUIDs: readonly string[]
}

/** User Identity as asked for, PS3.7 D.3.3.7: 1 user name, 2 with passcode, 3 Kerberos, 4 SAML, 5 JWT. */
export interface UserIdentity {
  readonly type: number
  readonly positiveResponseRequested: boolean
  readonly primaryField: Uint8Array
  readonly secondaryField: Uint8Array
}

export interface UserInformation {
  /** Largest P-DATA-TF variable field the sender of this item takes; 0 = no limit (PS3.8 D.1). */
  readonly maximumLengthBytes: number
  readonly ImplementationClassUID: string
  readonly ImplementationVersionName: string
  /** PS3.7 D.3.3.3; null when absent, which means 1 and 1. */
  readonly asynchronousOperations: { readonly invoked: number; readonly performed: number } | null
  readonly roles: readonly RoleSelection[]
  readonly extended: readonly ExtendedNegotiation[]
  readonly commonExtended: readonly CommonExtendedNegotiation[]
  readonly userIdentity: UserIdentity | null
  /** Server's answer to a user identity, PS3.7 D.3.3.7.2; null when absent. */
  readonly userIdentityResponse: Uint8Array | null
}

const CLAUSE = "PS3.7 D.3.3"
/** A sub-item more than this is an attack, not a negotiation: every SOP class may have its role and extension. */
const MAX_SUB_ITEMS = 1024

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<Omit<UserInformation, "roles" | "extended" | "commonExtended">> & {
  maximumLengthSeen: boolean
  roles: RoleSelection[]
  extended: ExtendedNegotiation[]
  commonExtended: CommonExtendedNegotiation[]
}

const blank = (): Draft => ({
  maximumLengthBytes: 0,
  maximumLengthSeen: false,
  ImplementationClassUID: "",
  ImplementationVersionName: "",
  asynchronousOperations: null,
  roles: [],
  extended: [],
  commonExtended: [],
  userIdentity: null,
  userIdentityResponse: null,
})

const uidField = (reader: OctetReader): string => reader.text(reader.u16())
const field = (reader: OctetReader): Uint8Array => reader.take(reader.u16())

function commonExtended(reader: OctetReader): CommonExtendedNegotiation {
  const SOPClassUID = uidField(reader)
  const ServiceClassUID = uidField(reader)
  // D.3.3.6.1: absent related classes may also leave out their length.
  const related = reader.remaining >= 2 ? reader.within(reader.u16()) : null
  const relatedGeneralSOPClassUIDs: string[] = []
  while (related && related.remaining > 0) relatedGeneralSOPClassUIDs.push(uidField(related))
  return { SOPClassUID, ServiceClassUID, relatedGeneralSOPClassUIDs }
}

/** Sub-item type → what it adds. Types are PS3.8 D.1 and PS3.7 D.3.3.1 to D.3.3.7. */
const SUB_ITEMS: Readonly<Record<number, (reader: OctetReader, draft: Draft) => void>> = {
  0x51: (reader, draft) => {
    draft.maximumLengthBytes = reader.u32()
    draft.maximumLengthSeen = true
  },
  0x52: (reader, draft) => {
    draft.ImplementationClassUID = reader.text(reader.remaining)
  },
  0x53: (reader, draft) => {
    draft.asynchronousOperations = { invoked: reader.u16(), performed: reader.u16() }
  },
  0x54: (reader, draft) => {
    draft.roles.push({
      SOPClassUID: uidField(reader),
      scuRole: reader.u8() === 1,
      scpRole: reader.u8() === 1,
    })
  },
  0x55: (reader, draft) => {
    draft.ImplementationVersionName = reader.text(reader.remaining)
  },
  0x56: (reader, draft) => {
    const SOPClassUID = uidField(reader)
    draft.extended.push({ SOPClassUID, applicationInformation: reader.take(reader.remaining) })
  },
  0x57: (reader, draft) => {
    draft.commonExtended.push(commonExtended(reader))
  },
  0x58: (reader, draft) => {
    const type = reader.u8()
    const positiveResponseRequested = reader.u8() === 1
    draft.userIdentity = {
      type,
      positiveResponseRequested,
      primaryField: field(reader),
      secondaryField: field(reader),
    }
  },
  0x59: (reader, draft) => {
    draft.userIdentityResponse = field(reader)
  },
}

/**
 * Decode the content of a User Information Item.
 *
 * @throws Malformed `PDU_ITEM_LENGTH` when a length leads outside, `PDU_USER_INFORMATION` when the mandatory
 * maximum length is missing or a sub-item that may stand once is repeated
 */
export function decodeUserInformation(reader: OctetReader): UserInformation {
  const draft = blank()
  const seen = new Set<number>()
  for (let count = 0; reader.remaining > 0; count++) {
    if (count === MAX_SUB_ITEMS)
      throw new Malformed("PDU_USER_INFORMATION", CLAUSE, `more than ${MAX_SUB_ITEMS} sub-items`)
    const type = reader.u8()
    reader.skip(1)
    const content = reader.within(reader.u16())
    const repeatable = type >= 0x54 && type <= 0x57 && type !== 0x55
    if (seen.has(type) && !repeatable && type in SUB_ITEMS)
      throw new Malformed("PDU_USER_INFORMATION", CLAUSE, `sub-item ${type.toString(16)}H twice`)
    seen.add(type)
    SUB_ITEMS[type]?.(content, draft)
  }
  const { maximumLengthSeen, ...information } = draft
  if (!maximumLengthSeen)
    throw new Malformed("PDU_USER_INFORMATION", "PS3.8 D.1", "no Maximum Length sub-item")
  return information
}

const item = (type: number, ...content: readonly Uint8Array[]): Uint8Array => {
  const body = joined(content)
  return joined([Uint8Array.of(type, 0), u16Bytes(body.length), body])
}
const withLength = (bytes: Uint8Array): Uint8Array => joined([u16Bytes(bytes.length), bytes])
const flag = (on: boolean): number => (on ? 1 : 0)

function encodeIdentity(identity: UserIdentity): Uint8Array {
  const head = Uint8Array.of(identity.type, flag(identity.positiveResponseRequested))
  return item(0x58, head, withLength(identity.primaryField), withLength(identity.secondaryField))
}

/** The whole User Information Item (50H), sub-items in ascending order of type. */
export function encodeUserInformation(information: UserInformation): Uint8Array {
  const { asynchronousOperations: window, userIdentity, userIdentityResponse } = information
  return item(
    0x50,
    item(0x51, u32Bytes(information.maximumLengthBytes)),
    item(0x52, isoBytes(information.ImplementationClassUID)),
    ...(window ? [item(0x53, u16Bytes(window.invoked), u16Bytes(window.performed))] : []),
    ...information.roles.map(({ SOPClassUID, scuRole, scpRole }) =>
      item(0x54, withLength(isoBytes(SOPClassUID)), Uint8Array.of(flag(scuRole), flag(scpRole))),
    ),
    ...(information.ImplementationVersionName === ""
      ? []
      : [item(0x55, isoBytes(information.ImplementationVersionName))]),
    ...information.extended.map(({ SOPClassUID, applicationInformation }) =>
      item(0x56, withLength(isoBytes(SOPClassUID)), applicationInformation),
    ),
    ...information.commonExtended.map(({ SOPClassUID, ServiceClassUID, relatedGeneralSOPClassUIDs }) =>
      item(
        0x57,
        withLength(isoBytes(SOPClassUID)),
        withLength(isoBytes(ServiceClassUID)),
        withLength(joined(relatedGeneralSOPClassUIDs.map((uid) => withLength(isoBytes(uid))))),
      ),
    ),
    ...(userIdentity ? [encodeIdentity(userIdentity)] : []),
    ...(userIdentityResponse ? [item(0x59, withLength(userIdentityResponse))] : []),
  )
}
