/** DICOMDIR of a medium: the images and manifests on it that anybody may read, for viewers that know no XDM. */
import { listedFile, writeDicomdir, type ListedFile } from "../../standards/dicom/write-dicomdir.ts"
import { DICOMDIR_FILE } from "../../standards/xdm/layout.ts"
import { headerOf } from "../clear-object.ts"
import { MIME } from "../codes.ts"
import type { DocumentRecord } from "../records.ts"
import type { World } from "../world.ts"
import type { MediumFile } from "./medium.ts"

/** A document and where it lies. */
export interface Lying {
  readonly document: DocumentRecord
  readonly path: string
}

/** [] where there is no DICOM in clear. @param clear documents in clear */
export function dicomdirFiles(world: World, clear: readonly Lying[]): readonly MediumFile[] {
  const images = clear.filter(({ document }) => document.clearMimeType === MIME.dicom)
  if (images.length === 0) return []
  return [
    {
      path: DICOMDIR_FILE,
      lengthBytes: null,
      sha1: null,
      async *open() {
        yield writeDicomdir(await listed(world, images), world.chance.bytes(16))
      },
    },
  ]
}

async function listed(world: World, images: readonly Lying[]): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = []
  for (const { document, path } of images) {
    const { dataSet, TransferSyntaxUID } = await headerOf(world, await world.spool.open(document.place))
    const file = listedFile(dataSet, { fileId: path.split("/"), TransferSyntaxUID })
    if (file !== null) files.push(file)
  }
  return files
}
