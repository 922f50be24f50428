/** The part of the conformance statement about files: STOW-RS, media, watched folders. */
import { STORE_LIMITS } from "../../actors/stow-rs/limits.ts"
import { SERVICE_PATH } from "../../actors/stow-rs/options.ts"
import { MAX_KEPT_FILE_META_BYTES } from "../../journey/receive/receive-file.ts"
import { MAX_INFLATED_FREE_BYTES, MAX_INFLATED_RATIO } from "../../standards/dicom/deflated-walk.ts"
import { PRIVATE_CREATOR } from "../../standards/dicomweb/store-response.ts"
import { code, table } from "./markdown.ts"

const GIB = 1024 ** 3
const MIB = 1024 ** 2
const KIB = 1024

export function filesSection(): string[] {
  return [...commonRules(), ...mediaSection(), ...stowSection()]
}

function commonRules(): string[] {
  return [
    "## 4 Media interchange and objects that come as files",
    "By STOW-RS, from media and from watched folders objects come as Part 10 files. They are kept by the rules of a C-STORE: " +
      "sealed on arrival, success only when durable, once for the same data set, beside each other when two data sets bear " +
      "one SOP Instance UID, in quarantine when a Study Instance UID is in use for another patient.",
    "A file's preamble and group 0002 are kept octet by octet when (0002,0000) is right, they name the data set's SOP Class " +
      `and Instance, and they are at most ${MAX_KEPT_FILE_META_BYTES / KIB} KiB; else they are written anew, as for a C-STORE. ` +
      "The data set is never changed. Whether two objects are the same is decided by their data sets alone.",
    "Nothing was negotiated, so each file is judged: SOP Classes of 8.6, those of `dicom.privateSopClasses`, and " +
      "private ones unless `dicom.declaredSopClasses` is off; transfer syntaxes of 8.7 and of `privateTransferSyntaxes`; a file that ends inside an " +
      "element is refused, a deflated one also when its stream ends early or something follows it that is neither padding nor gzip's end. Of what inflates to more " +
      `than ${MAX_INFLATED_FREE_BYTES / MIB} MiB and ${MAX_INFLATED_RATIO} times its length the end is not looked for. By C-STORE, ` +
      "where the message tells the end, this is asked of deflated data sets alone (C000).",
  ]
}

function stowSection(): string[] {
  const { maxRequestBytes, maxParts, maxPartHeaderBytes, maxConnections, maxRequests, idleTimeoutMs } =
    STORE_LIMITS
  return [
    "## 5 DICOMweb: STOW-RS origin server (PS3.18 10.5)",
    "With `dicom.web` the edge is an origin server of the Studies Service's Store transaction, and of no other.",
    table(
      ["", "as built"],
      [
        [
          "resources",
          `${code(`POST ${SERVICE_PATH}/studies`)}, ${code(`POST ${SERVICE_PATH}/studies/{study}`)}`,
        ],
        [
          "request",
          '`multipart/related; type="application/dicom"`, one file a part, read and stored part by part. Metadata with bulk data ' +
            "(`application/dicom+json`, `+xml`), Content-Encoding and single-part bodies are answered 415",
        ],
        [
          "answer",
          "Store Instances Response Module as `application/dicom+json`; `Accept` without it is answered 406",
        ],
        [
          "sender",
          "bearer token (RFC 6750), the key of its TLS certificate, or both, by `dicom.web.senders`; else 401. The token is good " +
            "here alone. TLS as on the DICOM port (B.13); without `dicom.tls` on loopback only",
        ],
        [
          "limits",
          `${maxRequestBytes / GIB} GiB and ${maxParts} parts a request, part headers of ${maxPartHeaderBytes / KIB} KiB, ` +
            `${maxConnections} connections, ${maxRequests} requests at a time, ${idleTimeoutMs / 1000} s without an octet`,
        ],
      ],
    ),
    table(
      ["status", "means"],
      [
        ["200", "every object is durable here"],
        ["202", "some are; the others are told of"],
        ["400", "not multipart, no part, or a study that is no UID: nothing is stored"],
        ["409", "no object could be stored; the reasons are told"],
        ["413", "the request is over the limit and nothing is stored; after the first stored object 202"],
        ["503", "no room on the disk, or too many requests: Retry-After says when to come again"],
      ],
    ),
    table(
      ["Failure Reason (0008,1197)", "means"],
      [
        ["A700H", "out of resources: the same object may come again"],
        ["A900H", "of another study than the address names"],
        ["C000H", "cannot be understood: no Part 10 file, cut short, without the UIDs it is filed by"],
        ["C122H", "transfer syntax not supported"],
        ["0122H", "SOP Class not supported"],
        ["0110H", "the rest of the request could not be read; not about an object (Other Failures Sequence)"],
      ],
    ),
    `Each item carries a private block (0009,xx00), creator ${code(PRIVATE_CREATOR)}: xx01 CS what became of the part (NEW, SAME, ` +
      "CONFLICT, CUT, REFUSED), xx02 UL the part's number from 1, xx03 LO the reason in words. Objects that could not be read so " +
      "far as their UIDs are told of in Other Failures Sequence (0008,119A). Retrieve URL is empty: nothing is retrieved here.",
  ]
}

function mediaSection(): string[] {
  return [
    "### 4.1 Media: File-set Reader (PS3.10, PS3.11)",
    "`dokuei import` reads file-sets in the role of a File-set Reader (FSR), of whatever application profile: it takes the files that " +
      "are there, whether the DICOMDIR lists them or not, and compares with it. File IDs are compared without regard to case, ISO " +
      "9660 versions and a dot at the end. Missing files are named. Files outside a file-set are read as well. Nothing is ever " +
      "written to a medium; neither FSC nor FSU is claimed. Links are not followed.",
    "A watched folder (`dicom.folders`) takes the files that are put into it and gives no other sign than where they lie afterwards.",
  ]
}
