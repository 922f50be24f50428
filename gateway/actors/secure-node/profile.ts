/**
 * TLS profiles: what both sides may negotiate (ITI TF-2 3.19; BCP 195; CRYPTREC GL-3001).
 *
 * "1.3" is the default. "ihe-stx" is the ITI-19 option "STX: TLS 1.2 floor using BCP195": TLS 1.2 as well, with exactly
 * what BCP 195 recommends (RFC 9325 4.2) and the two DHE suites the option still demands. "dicom-b13" is PS3.15 B.13
 * "Modified BCP 195 RFC 8996, 9325", which includes B.12: the same, and ChaCha20, which is on B.13's list; DHE of 3072
 * bits by our own group, ECDHE of 256 bits and more.
 */
import type { SecureContextOptions } from "node:tls"
import type { TlsSuite } from "../../standards/algorithms/table.ts"

export type TlsProfile = "1.3" | "ihe-stx" | "dicom-b13"

const TLS13_SUITES: readonly TlsSuite[] = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
]
/** RFC 9325 4.2, strongest first; then DHE, for the STX option alone. */
const BCP195_SUITES: readonly TlsSuite[] = [
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "DHE-RSA-AES256-GCM-SHA384",
  "DHE-RSA-AES128-GCM-SHA256",
]
const B13_ALSO: readonly TlsSuite[] = ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"]
const SUITES: Readonly<Record<TlsProfile, readonly TlsSuite[]>> = {
  "1.3": TLS13_SUITES,
  "ihe-stx": [...TLS13_SUITES, ...BCP195_SUITES],
  "dicom-b13": [...TLS13_SUITES, ...BCP195_SUITES, ...B13_ALSO],
}
const CURVES = "X25519:P-256:P-384"

/** ffdhe3072 (RFC 7919 appendix A.2). Without a group of its own Node refuses every DHE suite. */
const FFDHE3072 = `-----BEGIN DH PARAMETERS-----
MIIBiAKCAYEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEfz9zeNVs7ZRkDW7w09N75nAI4YbRvydbmyQd62R0mkff3
7lmMsPrBhtkcrv4TCYUTknC0EwyTvEN5RPT9RFLi103TZPLiHnH1S/9croKrnJ32
nuhtK8UiNjoNq8Uhl5sN6todv5pC1cRITgq80Gv6U93vPBsg7j/VnXwl5B0rZsYu
N///////////AgEC
-----END DH PARAMETERS-----
`

/** Versions, suites and groups of a profile, as Node wants them. */
export function profileOptions(profile: TlsProfile): SecureContextOptions {
  const isModern = profile === "1.3"
  return {
    minVersion: isModern ? "TLSv1.3" : "TLSv1.2",
    maxVersion: "TLSv1.3",
    ciphers: SUITES[profile].join(":"),
    ecdhCurve: CURVES,
    honorCipherOrder: true,
    ...(isModern ? {} : { dhparam: FFDHE3072 }),
  }
}

/**
 * Is what was negotiated (`TLSSocket.getProtocol`) older than the profile allows? One listener serves partners of
 * several profiles and knows who calls only after the handshake.
 */
export const isBelow = (profile: TlsProfile, protocol: string | null): boolean =>
  profile === "1.3" && protocol !== "TLSv1.3"
