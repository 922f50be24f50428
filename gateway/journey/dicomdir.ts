/** DICOMDIR of files in clear, on a medium or in a ZIP: for viewers that know nothing of the metadata beside it. */
import { listedFile, writeDicomdir, type ListedFile } from "../standards/dicom/write-dicomdir.ts"
import { headerOf } from "./clear-object.ts"
import type { ObjectPlace } from "./ports/spool.ts"
import type { World } from "./world.ts"

/** A DICOM file and where it lies, `/` between folders. */
export interface Lying {
  readonly place: ObjectPlace
  readonly path: string
}

/** Of the files that may stand in one. @throws Malformed for a file whose header cannot be read */
export async function dicomdirOf(world: World, lying: readonly Lying[]): Promise<Uint8Array> {
  const files: ListedFile[] = []
  for (const { place, path } of lying) {
    const { dataSet, TransferSyntaxUID } = await headerOf(world, await world.spool.open(place))
    const file = listedFile(dataSet, { fileId: path.split("/"), TransferSyntaxUID })
    if (file !== null) files.push(file)
  }
  return writeDicomdir(files, world.chance.bytes(16))
}
