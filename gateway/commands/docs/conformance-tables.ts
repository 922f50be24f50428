/** Tables of PS3.6 as the program has them. */
import { STORAGE_SOP_CLASSES } from "../../standards/dicom/sop-classes.generated.ts"
import { TRANSFER_SYNTAXES } from "../../standards/dicom/transfer-syntaxes.generated.ts"
import { code, table } from "./markdown.ts"

const mark = (retired: boolean): string => (retired ? "retired" : "")

export const sopClassTable = (): string =>
  table(
    ["SOP Class", "UID", ""],
    STORAGE_SOP_CLASSES.map(({ name, uid, retired }) => [name, code(uid), mark(retired)]),
  )

export const transferSyntaxTable = (): string =>
  table(
    ["Transfer Syntax", "UID", "data set", "pixel data", ""],
    TRANSFER_SYNTAXES.map(({ name, uid, encoding, encapsulated, retired }) => [
      name,
      code(uid),
      encoding,
      encapsulated ? "encapsulated" : "native",
      mark(retired),
    ]),
  )
