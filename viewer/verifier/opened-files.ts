/** What a person dropped or chose: one ZIP, or the files of an unpacked folder. */
import { Malformed } from "../../gateway/standards/malformed.ts"
import {
  MAX_ZIP_BYTES,
  MAX_ZIP_FILES,
  readZip,
  type ZipFile,
} from "../../gateway/standards/zip/stored-zip.ts"

/** @throws Malformed for what cannot be a package */
export async function openedFiles(chosen: readonly File[]): Promise<readonly ZipFile[]> {
  const total = chosen.reduce((sum, { size }) => sum + size, 0)
  if (total > MAX_ZIP_BYTES || chosen.length > MAX_ZIP_FILES)
    throw new Malformed("ZIP_LIMIT", "docs/trust.md", "is larger than a package may be")
  const [first, ...more] = chosen
  if (first !== undefined && more.length === 0 && first.webkitRelativePath === "")
    return readZip(await octetsOf(first))
  return Promise.all(chosen.map(async (file) => ({ path: pathOf(file), octets: await octetsOf(file) })))
}

const octetsOf = async (file: File): Promise<Uint8Array> => Buffer.from(await file.arrayBuffer())

/** Without the folder's own name. */
const pathOf = ({ webkitRelativePath, name }: File): string =>
  webkitRelativePath === "" ? name : webkitRelativePath.split("/").slice(1).join("/")
