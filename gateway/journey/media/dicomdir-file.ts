/** DICOMDIR of a medium: the images and manifests on it that anybody may read, for viewers that know no XDM. */
import { DICOMDIR_FILE } from "../../standards/xdm/layout.ts"
import { MIME } from "../codes.ts"
import { dicomdirOf } from "../dicomdir.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { MediumFile } from "../ports/media.ts"

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
        yield await dicomdirOf(
          world,
          images.map(({ document: { place }, path }) => ({ place, path })),
        )
      },
    },
  ]
}
