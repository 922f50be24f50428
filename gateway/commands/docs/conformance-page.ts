/**
 * docs/conformance-dicom.md: the DICOM conformance statement (PS3.2), its tables printed from what the program does.
 */
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../standards/dicom/part10.ts"
import { VERSION } from "../../version.ts"
import { acceptorSection, commitmentSection, requestorSection } from "./conformance-aes.ts"
import { characterSetSection } from "./conformance-character-sets.ts"
import { filesSection } from "./conformance-files.ts"
import { objectSection } from "./conformance-objects.ts"
import { sopClassTable, transferSyntaxTable } from "./conformance-tables.ts"
import { code, page, table } from "./markdown.ts"

export function conformancePage(): string {
  return page(
    "# DICOM conformance statement",
    `Dokuei ${VERSION}, written after PS3.2. It says what the program does, not what is planned; what stands in tables is ` +
      "printed from the program's own tables. Interoperability is tested against DCMTK 3.6.7 and Orthanc 1.10 in every " +
      "test run; that is no promise for other products.",
    ...overview(),
    ...acceptorSection(),
    ...commitmentSection(),
    ...requestorSection(),
    ...filesSection(),
    ...objectSection(),
    ...characterSetSection(),
    ...securitySection(),
    ...supportedSection(),
    ...notSection(),
  )
}

function overview(): string[] {
  return [
    "## Overview",
    "The hospital's gateway (*edge*) is one Application Entity. It takes images and other composite objects from the " +
      "hospital's devices, forwards them to a reading centre by other means than DICOM networking (see " +
      "[ihe-statement.md](ihe-statement.md)), stores the signed report in the hospital's archive, and relays storage " +
      "commitment between devices and archive. The reading centre's gateway (*center*) has no DICOM networking at all. " +
      "Devices without C-STORE bring files over STOW-RS, on media or into a watched folder.",
    table(
      ["service", "SOP Class", "user (SCU)", "provider (SCP)"],
      [
        ["Verification", code("1.2.840.10008.1.1"), "yes, by `dokuei echo`", "yes"],
        ["Storage", "every one of the table below", "Encapsulated PDF, Secondary Capture", "yes, all"],
        ["Storage Commitment Push Model", code("1.2.840.10008.1.20.1"), "yes", "yes, relayed to the archive"],
      ],
    ),
    table(
      ["", ""],
      [
        ["Application Context Name", code("1.2.840.10008.3.1.1.1")],
        ["Implementation Class UID", code(IMPLEMENTATION_CLASS_UID)],
        ["Implementation Version Name", code(IMPLEMENTATION_VERSION_NAME)],
      ],
    ),
  ]
}

function securitySection(): string[] {
  return [
    "## Security",
    table(
      ["profile of PS3.15", "as built"],
      [
        [
          "B.12 BCP 195 RFC 8996 TLS Secure Transport Connection Profile",
          "both roles: TLS 1.3 preferred, TLS 1.2 taken, nothing older. Port by `dicom.tls.port`, customary 2762",
        ],
        [
          "B.13 Modified BCP 195 RFC 8996, 9325",
          "the same connections: only suites of its list are offered and taken (AES-GCM and ChaCha20-Poly1305 with ECDHE " +
            "of X25519, P-256, P-384; AES-GCM with DHE of our own 3072-bit group ffdhe3072; no CBC, no CCM, no static RSA)",
        ],
        [
          "certificates",
          "X.509 of authorities named in `dicom.tls.ca`. Devices must show one. With `tlsPins` a device or archive is known " +
            "by its key, whatever it calls itself. Host names in certificates are not looked at. No revocation check on " +
            "this port: the pin is what is withdrawn",
        ],
        [
          "user identity (PS3.7 D.3.3.7)",
          "read, its name (never a secret) logged, not checked and so not answered: who may connect is decided by AE title, key and address",
        ],
        [
          "audit (A.5)",
          "*DICOM Instances Transferred* for each study received and each report stored; refused handshakes",
        ],
        [
          "a device on the wrong port",
          "DICOM in the clear on the TLS port is answered A-ABORT (source 2, reason 0); TLS or HTTP on the port in the clear " +
            "A-ABORT (source 2, reason 1); both are named in the log",
        ],
      ],
    ),
    "Received objects are encrypted on arrival and never rest in the clear ([store.md](store.md)). Digital signatures and " +
      "MAC parameters within objects are kept bit by bit; they are neither made nor checked.",
  ]
}

function supportedSection(): string[] {
  return [
    "## SOP Classes accepted",
    "As provider of the Storage Service Class, level 2 (full): every element is kept, private and unknown ones too. Further " +
      "SOP Classes by `dicom.privateSopClasses`, and any that the requestor declares as storage by SOP Class Common Extended " +
      "Negotiation unless `dicom.declaredSopClasses` is off. The edition of PS3.6 stands at the head of " +
      "`gateway/standards/dicom/*.generated.ts`.",
    sopClassTable(),
    "## Transfer Syntaxes accepted",
    "Of each proposed context the requestor's first that stands in this table, or in `privateTransferSyntaxes`, is taken; where " +
      "that is Implicit VR Little Endian and Explicit VR Little Endian stands beside it, Explicit VR, which leaves private elements " +
      "their VR. A data set is stored as it comes; no transfer syntax is ever changed in what was received.",
    transferSyntaxTable(),
    "A private transfer syntax is taken when `privateTransferSyntaxes` names it and says how its data sets are written: " +
      "`explicit-little`, `implicit-little`, `explicit-big` or `deflated`. Whether Pixel Data are encapsulated is seen in the " +
      "data set (PS3.5 A.4). Its objects are checked, filed, sent and kept as all others, and always travel as received; " +
      "their pixels are never decoded, since even native samples may lie otherwise than the header says. A reading centre " +
      "needs the same list to read their headers. Without it an image is kept and counted by what the hospital's seal says " +
      "of it; in either case the reading screen shows in its place that the encoding is not shown here.",
  ]
}

function notSection(): string[] {
  return [
    "## Not implemented",
    "Query/Retrieve, Modality Worklist, Modality Performed Procedure Step, Instance Availability Notification, Print, " +
      "writing of DICOM media. DICOMweb retrieval serves the program's own viewer only and is not claimed.",
  ]
}
