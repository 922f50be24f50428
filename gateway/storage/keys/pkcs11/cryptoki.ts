/**
 * The little of PKCS#11 (OASIS, Cryptographic Token Interface 2.40) that a gateway's key needs: numbers by their names
 * there, and for each call its number and argument letters in p11-kit's RPC.
 */

export interface Call {
  readonly id: number
  /** Letters of the arguments and of the results: the module's process compares them. */
  readonly takes: string
  readonly gives: string
}

const call = (id: number, takes: string, gives: string): Call => ({ id, takes, gives })

export const CALL = {
  initialize: call(1, "ayyay", ""),
  getSlotList: call(4, "yfu", "au"),
  getTokenInfo: call(6, "u", "ssssuuuuuuuuuuuvvs"),
  openSession: call(10, "uu", "u"),
  login: call(18, "uuay", ""),
  destroyObject: call(22, "uu", ""),
  getAttributeValue: call(24, "uufA", "aAu"),
  findObjectsInit: call(26, "uaA", ""),
  findObjects: call(27, "ufu", "au"),
  findObjectsFinal: call(28, "u", ""),
  decryptInit: call(33, "uMu", ""),
  decrypt: call(34, "uayfy", "ay"),
  signInit: call(42, "uMu", ""),
  sign: call(43, "uayfy", "ay"),
  deriveKey: call(62, "uMuaA", "u"),
} as const

export const CKA = {
  class: 0,
  token: 1,
  value: 0x11,
  keyType: 0x100,
  label: 3,
  id: 0x102,
  sensitive: 0x103,
  extractable: 0x162,
  valueLength: 0x161,
} as const
export const CKO = { certificate: 1, privateKey: 3, secretKey: 4 } as const
export const CKK = { genericSecret: 0x10 } as const
export const CKM = { rsaPkcs: 1, rsaPkcsOaep: 9, sha256: 0x250, ecdsa: 0x1041, ecdh1Derive: 0x1050 } as const
export const CKG = { mgf1Sha256: 2 } as const
export const CKZ = { dataSpecified: 1 } as const
export const CKD = { none: 1 } as const
export const CKU = { user: 1 } as const
export const CKF = { serialSession: 4, userPinFinalTry: 0x40000, userPinLocked: 0x80000 } as const

/** Return values we tell apart, or that a person should read by name. */
export const CKR: Readonly<Record<number, string>> = {
  0x02: "CKR_HOST_MEMORY",
  0x05: "CKR_GENERAL_ERROR",
  0x06: "CKR_FUNCTION_FAILED",
  0x07: "CKR_ARGUMENTS_BAD",
  0x20: "CKR_DATA_INVALID",
  0x21: "CKR_DATA_LEN_RANGE",
  0x30: "CKR_DEVICE_ERROR",
  0x31: "CKR_DEVICE_MEMORY",
  0x32: "CKR_DEVICE_REMOVED",
  0x40: "CKR_ENCRYPTED_DATA_INVALID",
  0x41: "CKR_ENCRYPTED_DATA_LEN_RANGE",
  0x60: "CKR_KEY_HANDLE_INVALID",
  0x63: "CKR_KEY_TYPE_INCONSISTENT",
  0x68: "CKR_KEY_FUNCTION_NOT_PERMITTED",
  0x70: "CKR_MECHANISM_INVALID",
  0x71: "CKR_MECHANISM_PARAM_INVALID",
  0xa0: "CKR_PIN_INCORRECT",
  0xa1: "CKR_PIN_INVALID",
  0xa2: "CKR_PIN_LEN_RANGE",
  0xa3: "CKR_PIN_EXPIRED",
  0xa4: "CKR_PIN_LOCKED",
  0xb0: "CKR_SESSION_CLOSED",
  0xb3: "CKR_SESSION_HANDLE_INVALID",
  0xe0: "CKR_TOKEN_NOT_PRESENT",
  0xe1: "CKR_TOKEN_NOT_RECOGNIZED",
  0x100: "CKR_USER_ALREADY_LOGGED_IN",
  0x101: "CKR_USER_NOT_LOGGED_IN",
}

/** The token has counted a wrong PIN, or takes this one no more: another try with the same would only lock it. */
export const PIN_REFUSED: ReadonlySet<string> = new Set([
  "CKR_PIN_INCORRECT",
  "CKR_PIN_INVALID",
  "CKR_PIN_LEN_RANGE",
  "CKR_PIN_EXPIRED",
  "CKR_PIN_LOCKED",
])

/** It is the octets, not the token. */
export const DATA_REFUSED: ReadonlySet<string> = new Set([
  "CKR_DATA_INVALID",
  "CKR_DATA_LEN_RANGE",
  "CKR_ENCRYPTED_DATA_INVALID",
  "CKR_ENCRYPTED_DATA_LEN_RANGE",
])

/** The token, or its key, does not do what it was asked at all. */
export const UNABLE: ReadonlySet<string> = new Set([
  "CKR_ARGUMENTS_BAD",
  "CKR_KEY_TYPE_INCONSISTENT",
  "CKR_KEY_FUNCTION_NOT_PERMITTED",
  "CKR_MECHANISM_INVALID",
  "CKR_MECHANISM_PARAM_INVALID",
])

/** What a module answered other than CKR_OK; told apart by name, never shown to a partner. */
export class CryptokiError extends Error {
  readonly ckr: string

  constructor(value: bigint) {
    const ckr = CKR[Number(value)] ?? `CKR 0x${value.toString(16)}`
    super(ckr)
    this.ckr = ckr
  }
}
