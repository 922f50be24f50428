/** Signature mathematics of XML Signature 1.1 §6.4: ECDSA values are r‖s, not DER. */
import { constants, verify } from "node:crypto"
import { acceptableKey } from "../hpki/signature-algorithm.ts"
import { SIGNATURE_METHODS } from "./algorithms.ts"

/** Does the value check under the key? False for a method that is not listed, or of another key type. */
export function signatureValueChecks(
  method: string,
  spki: Uint8Array,
  signed: Uint8Array,
  signatureValue: Uint8Array,
): boolean {
  const key = acceptableKey(spki)
  const scheme = SIGNATURE_METHODS[method]
  if (key === null || scheme === undefined || key.asymmetricKeyType !== scheme.key) return false
  const padding = scheme.pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const options = scheme.key === "rsa" ? { key, padding } : { key, dsaEncoding: "ieee-p1363" as const }
  return verify(scheme.hash, signed, options, signatureValue)
}
