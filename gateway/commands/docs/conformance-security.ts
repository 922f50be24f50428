/** Chapter 7 of the conformance statement: security. */
import { profileOptions } from "../../actors/secure-node/profile.ts"
import { code, table } from "./markdown.ts"

/** OpenSSL's name of a TLS 1.2 suite → the registered one (RFC 5246, RFC 7905); TLS 1.3 suites have it already. */
const registered = (suite: string): string =>
  suite
    .replace(/^(\w+)-(\w+)-AES(\d+)-GCM-(SHA\d+)$/, "TLS_$1_$2_WITH_AES_$3_GCM_$4")
    .replace(/^(\w+)-(\w+)-CHACHA20-POLY1305$/, "TLS_$1_$2_WITH_CHACHA20_POLY1305_SHA256")

const inWords = (version: string): string => version.replace("TLSv", "TLS ")

export function securitySection(): string[] {
  const { ciphers = "", ecdhCurve = "", minVersion = "", maxVersion = "" } = profileOptions("dicom-b13")
  return [
    "## 7 Security",
    "### 7.1 Secure transport",
    table(
      ["profile of PS3.15", "as built, as acceptor and as requestor"],
      [
        [
          "B.12 BCP 195 RFC 8996 TLS Secure Transport Connection Profile",
          "`dicom.tls`, customary port 2762; a device or the archive is called in TLS when `tlsPins` are given",
        ],
        [
          "B.13 Modified BCP 195 RFC 8996, 9325 TLS Secure Transport Connection Profile",
          "the same connections: only suites of its list are offered and taken; no CBC, no CCM, no static RSA",
        ],
      ],
    ),
    table(
      ["", ""],
      [
        ["versions", `${inWords(minVersion)} to ${inWords(maxVersion)}, the newest both have`],
        [
          "suites, in the order of preference",
          ciphers
            .split(":")
            .map((each) => code(registered(each)))
            .join(", "),
        ],
        ["groups", `${ecdhCurve.replaceAll(":", ", ")}; DHE by ffdhe3072 (RFC 7919)`],
        [
          "certificates",
          "X.509 of authorities named in `dicom.tls.ca`. Devices must show one. With `tlsPins` a device or archive is known " +
            "by its key, whatever it calls itself. Host names in certificates are not looked at. Revocation lists of " +
            "`trust.crls` are looked at for every device and for the archive",
        ],
        [
          "a device on the wrong port",
          "named in the log and on the technician's page; answered as 3.2.3 says",
        ],
      ],
    ),
    "### 7.2 Association level",
    table(
      ["", ""],
      [
        ["who may connect", "decided by AE title, address and key (3.2.3)"],
        [
          "User Identity Negotiation (PS3.7 D.3.3.7)",
          "read in all its types, its name (never a secret) logged, not checked and so not answered",
        ],
        [
          "Audit Trail Message Format Profile (PS3.15 A.5)",
          "*DICOM Instances Transferred* for each study received and each report stored, *Import* for media, *Security Alert* for whoever is turned away; all events in " +
            "[audit.md](audit.md)",
        ],
      ],
    ),
    "### 7.3 Application level",
    "Received objects are encrypted on arrival and never rest in the clear ([store.md](store.md)). Digital signatures and " +
      "MAC parameters within objects are kept bit by bit; they are neither made nor checked. Objects are not de-identified.",
  ]
}
