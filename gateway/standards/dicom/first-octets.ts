/**
 * Who is speaking? The first octets of a connection tell protocols apart, so that a device set to the wrong port can
 * be named to a person instead of failing without a word.
 */

export type Protocol = "dicom" | "tls" | "http" | "unknown"

/** A-ASSOCIATE-RQ, reserved octet, and a length of four octets that no sane request fills (PS3.8 9.3.2). */
const ASSOCIATE_RQ = 0x01
/** ContentType handshake, then a record version 03xx (RFC 8446 §5.1, RFC 5246 §6.2.1). */
const TLS_HANDSHAKE = 0x16
const TLS_MAJOR_VERSION = 0x03
/** A request line begins with its method in capitals (RFC 9112 §3.1). */
const METHOD = /^[A-Z]{3,7} /

/** @param first what has arrived; one octet is enough to tell DICOM from TLS */
export function protocolOf(first: Uint8Array): Protocol {
  const [type, second] = first
  if (type === ASSOCIATE_RQ) return "dicom"
  if (type === TLS_HANDSHAKE && (second ?? TLS_MAJOR_VERSION) === TLS_MAJOR_VERSION) return "tls"
  const text = String.fromCharCode(...first.subarray(0, 8))
  return METHOD.test(text) ? "http" : "unknown"
}
