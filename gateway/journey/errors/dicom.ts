/** Modalities, archives and their images. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const DICOM_ERRORS = {
  ERR_ASSOCIATION_ADDRESS: row(
    "AssociationError",
    "permanent",
    "the DICOM node is to be called, and its address is not configured",
    "enter host and port of the device or archive, then start again",
  ),
  ERR_ASSOCIATION_UNREACHABLE: row(
    "AssociationError",
    "transient",
    "the DICOM node cannot be reached",
    "check address, port and line; it is tried again by itself",
  ),
  ERR_ASSOCIATION_TLS: row(
    "AssociationError",
    "transient",
    "the TLS handshake with the DICOM node failed or its key is not the pinned one",
    "compare certificates and pins of both sides",
  ),
  ERR_ASSOCIATION_BUSY: row(
    "AssociationError",
    "transient",
    "the DICOM node rejected the association for now",
    "it is tried again by itself",
  ),
  ERR_ASSOCIATION_REJECTED: row(
    "AssociationError",
    "permanent",
    "the DICOM node rejected the association for good",
    "read the reason; enter our AE title at the node, or correct its own here",
  ),
  ERR_ASSOCIATION_CONTEXT: row(
    "AssociationError",
    "permanent",
    "the DICOM node takes neither the SOP Class nor a transfer syntax of ours",
    "enable the SOP Class at the node",
  ),
  ERR_ASSOCIATION_ENDED: row(
    "AssociationError",
    "ambiguous",
    "the association ended, or went silent, before the answer",
    "nothing: an object sent again is the same object and is recognised by its SOP Instance UID",
  ),
  ERR_ASSOCIATION_PROTOCOL: row(
    "AssociationError",
    "transient",
    "the DICOM node broke the rules of the protocol",
    "keep the log and tell its manufacturer; it is tried again by itself",
    "A-ABORT",
  ),

  ERR_DIMSE_BUSY: row(
    "DimseError",
    "transient",
    "the DICOM node refused the operation for lack of resources",
    "free space at the node; it is tried again by itself",
  ),
  ERR_DIMSE_REFUSED: row(
    "DimseError",
    "permanent",
    "the DICOM node refused the operation",
    "read the status; the object or the node must be corrected",
  ),

  ERR_INSTANCE_QUARANTINED: row(
    "InstanceError",
    "permanent",
    "the Study Instance UID is in use for another patient",
    "decide on the staff page whose they are",
  ),
  ERR_INSTANCE_RECALLED: row(
    "InstanceError",
    "permanent",
    "a person took the study back before it left, or before it was verified",
    "none; a new request asks for it anew",
  ),
  ERR_INSTANCE_COPIES: row(
    "InstanceError",
    "transient",
    "copies of an image with one SOP Instance UID contradict each other, and nobody has chosen",
    "choose on the staff page which copy counts; the study goes on by itself",
  ),

  ERR_FRAME_FAULT: row(
    "DrawError",
    "permanent",
    "the pixels of a frame contradict their description",
    "the picture is shown as unreadable; ask the hospital to send it again",
    "HTTP 422",
  ),
  ERR_FRAME_UNSUITABLE: row(
    "DrawError",
    "permanent",
    "the frame cannot be coded without loss or drawn",
    "none: the instance is sent as received",
    "HTTP 406",
  ),
  ERR_DRAW_UNAVAILABLE: row(
    "DrawError",
    "transient",
    "the drawing process ended or did not answer in time",
    "it is started again by itself; look for memory limits when this repeats",
    "HTTP 503",
  ),
} as const satisfies Record<string, ErrorRow>
