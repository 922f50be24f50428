/** Chapters 3.3 and 3.4 of the conformance statement: network interfaces and configuration. */
import { TIMEOUTS } from "../../actors/association-requestor/remote.ts"
import { DEFAULTS } from "../../actors/storage-scp/listen.ts"
import { MAX_COMMAND_SET_BYTES } from "../../standards/dicom/command-set.ts"
import { MAX_ASSOCIATE_LENGTH_BYTES, MAX_PDU_LENGTH_BYTES } from "../../standards/dicom/pdu-reader.ts"
import { MAX_CONTEXTS, MAX_TRANSFER_SYNTAXES } from "../../standards/dicom/presentation-context.ts"
import { code, table } from "./markdown.ts"

const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`

export function interfaces(): string[] {
  return [
    "### 3.3 Network interfaces",
    table(
      ["", ""],
      [
        ["physical", "whatever the operating system has; nothing depends on it"],
        [
          "protocols",
          "DICOM Upper Layer over TCP/IP, IPv4 and IPv6; in the clear and, with `dicom.tls`, in TLS on a port of its own",
        ],
        [
          "addresses",
          "`dicom.host` is one address, that of the devices' network; names of other nodes are resolved by the operating system",
        ],
        ["time", "of the operating system (chrony); see [ihe-statement.md](ihe-statement.md)"],
      ],
    ),
  ]
}

export function configuration(): string[] {
  return [
    "### 3.4 Configuration",
    "#### 3.4.1 AE titles and addresses",
    "Everything stands in one file, read at the start ([settings.md](settings.md)); a fault in it is told by its path and nothing starts.",
    table(
      ["node", "settings"],
      [
        ["local AE", "`dicom.aeTitle`, `dicom.host`, `dicom.port`; `dicom.tls.host`, `dicom.tls.port`"],
        [
          "devices",
          "`dicom.modalities[]`: `aeTitle`, `addresses`, `tlsPins`; `host`, `port` to tell them results of commitments",
        ],
        ["archive", "`dicom.archive`: `aeTitle`, `host`, `port`, `tlsPins`, `characterSet`"],
      ],
    ),
    "#### 3.4.2 Parameters",
    table(
      ["as acceptor", "value", "setting"],
      [
        [
          "associations at once, over both ports",
          String(DEFAULTS.maxAssociations),
          code("dicom.maxAssociations"),
        ],
        [
          "of one calling AE title",
          String(DEFAULTS.maxAssociationsPerAE),
          code("dicom.maxAssociationsPerAE"),
        ],
        ["Maximum Length announced", `${MAX_PDU_LENGTH_BYTES} bytes`, ""],
        ["largest A-ASSOCIATE-RQ read", `${MAX_ASSOCIATE_LENGTH_BYTES} bytes`, ""],
        [
          "presentation contexts",
          `${MAX_CONTEXTS}, each of at most ${MAX_TRANSFER_SYNTAXES} transfer syntaxes`,
          "",
        ],
        ["command set", `at most ${MAX_COMMAND_SET_BYTES} bytes`, ""],
        [
          "ARTIM, from connect to A-ASSOCIATE-RQ and from the last word to the close",
          seconds(DEFAULTS.artimMs),
          "",
        ],
        ["idle, from whole PDU to whole PDU", seconds(DEFAULTS.idleMs), ""],
        ["the same while the result of a commitment is awaited", seconds(DEFAULTS.waitingMs), ""],
        ["a study is complete after", "60 s without an object", "`quietPeriod`, `quietPeriods`"],
        [
          "private SOP Classes, declared SOP Classes, private transfer syntaxes",
          "none, yes, none",
          "`dicom.privateSopClasses`, `dicom.declaredSopClasses`, `privateTransferSyntaxes`",
        ],
      ],
    ),
    table(
      ["as requestor", "value"],
      [
        ["TCP and TLS handshakes", seconds(TIMEOUTS.connectMs)],
        ["answer to A-ASSOCIATE-RQ and A-RELEASE-RQ", seconds(TIMEOUTS.artimMs)],
        ["response to an operation; a peer that does not read", seconds(TIMEOUTS.responseMs)],
        ["Maximum Length announced", `${MAX_PDU_LENGTH_BYTES} bytes`],
        [
          "fragments sent",
          `even, within the peer's Maximum Length; ${MAX_PDU_LENGTH_BYTES} bytes where it sets none or more`,
        ],
      ],
    ),
  ]
}
