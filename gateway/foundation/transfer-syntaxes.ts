/** Transfer syntaxes as the configuration knows them: DICOM's, and the makers' own that it names. */
import type { Config } from "../config/schema.ts"
import { transferSyntaxes, type TransferSyntaxOf, type WrittenIn } from "../standards/dicom/sop-classes.ts"

type Encoding = Config["privateTransferSyntaxes"][number]["encoding"]

const WRITTEN: Readonly<Record<Encoding, WrittenIn["encoding"]>> = {
  "explicit-little": "explicit-le",
  "implicit-little": "implicit-le",
  "explicit-big": "explicit-be",
  deflated: "deflated",
}

export const syntaxesOf = ({ privateTransferSyntaxes }: Config): TransferSyntaxOf =>
  transferSyntaxes(privateTransferSyntaxes.map((each) => ({ ...each, encoding: WRITTEN[each.encoding] })))
