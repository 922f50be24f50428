/**
 * A registered device, as pages speak of it; and what both sides of a login must write alike: the words that a device signs,
 * and the code a person types to register it.
 */

/** What a device is asked for; a signature for one opens nothing as another. */
export type DevicePurpose = "register" | "enrol" | "login" | "card"

/** The public half of the key that the browser made (RFC 7517, RFC 7518 6.2.1); both coordinates base64url of 32 octets. */
export interface DeviceKey {
  readonly kty: "EC"
  readonly crv: "P-256"
  readonly x: string
  readonly y: string
}

/** That the device was there: ECDSA P-256 with SHA-256 over `deviceWords`, r and s side by side (IEEE P1363), base64url. */
export interface DeviceProof {
  readonly id: string
  readonly signature: string
}

/** The device a session is open at. */
export interface DeviceHere {
  readonly id: string
  readonly label: string
  /** Last day (YYYY-MM-DD) of the check of its display for diagnosis; null = it was not checked. */
  readonly qualifiedUntil: string | null
}

/** A device that somebody who answers for devices sees: offered, registered, or taken away. */
export interface DeviceView extends DeviceHere {
  /** Who alone may log in on it; null = it is shared. */
  readonly owner: { readonly login: string; readonly name: string } | null
  readonly madeAt: string
  readonly madeBy: string
  /** Until then its code works; null once it was used. */
  readonly codeUntil: string | null
  /** null = nobody has entered its code. */
  readonly registeredAt: string | null
  readonly usedAt: string | null
  readonly revoked: { readonly at: string; readonly by: string; readonly reason: string } | null
}

/** What its code promises, before the device is asked for a key. */
export interface DeviceOffer {
  readonly id: string
  readonly label: string
  readonly ownerName: string | null
  /** base64url; answered once. */
  readonly challenge: string
}

/**
 * What the device signs. Purpose, origin and challenge stand in it, so that nothing signed here counts elsewhere, for something
 * else, or twice. None of them can hold a line break.
 */
export const deviceWords = (
  purpose: DevicePurpose,
  origin: string,
  challenge: string,
  id: string,
): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(["dokuei-device-v1", purpose, origin, challenge, id].join("\n"))

/** As a person typed it: Crockford's Base 32 has no letters that look alike. */
export const foldDeviceCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1")
