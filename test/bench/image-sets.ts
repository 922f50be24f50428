/** What is sent to measure receiving: usual slices, small objects, one large multi-frame instance. */
import { CT, frameBytes, multiFrame, type Shape } from "./images.ts"

export interface ImageSet {
  readonly name: string
  readonly shape: Shape
  /** Over how many associations it is sent, each of these in turn. */
  readonly associations: readonly number[]
  /** Images of each study, one study for each association. */
  readonly studies: (associations: number) => readonly number[]
  /** What one instance costs says nothing when there is only one. */
  readonly per: "instance" | "100 MB"
}

/** About 10 kB with its head: the fixed price of an instance. */
const SMALL: Shape = { frames: 1, sidePixels: 64 }

/** Sets by name, which the command line knows them by. */
export type ImageSets = Readonly<Record<"ct" | "small" | "300MB" | "2GB", ImageSet>>

/** @param instances slices of 512 KiB @param small objects of 10 kB */
export function imageSets(instances: number, small: number): ImageSets {
  const many = (name: string, shape: Shape, count: number): ImageSet => ({
    name,
    shape,
    associations: [1, 4],
    studies: (associations) =>
      Array.from({ length: associations }, () => Math.max(1, Math.floor(count / associations))),
    per: "instance",
  })
  const large = (name: string, bytes: number, associations: readonly number[]): ImageSet => ({
    name,
    shape: multiFrame(bytes),
    associations,
    studies: (count) => Array.from({ length: count }, () => 1),
    per: "100 MB",
  })
  return {
    ct: many("ct", CT, instances),
    small: many("small", SMALL, small),
    "300MB": large("300MB", 300e6, [1, 4]),
    // Over one: 8 GB a turn would measure the disk.
    "2GB": large("2GB", 2e9, [1]),
  }
}

/** Of all files together; heads do not count. */
export function setBytes({ shape, studies }: ImageSet, associations: number): number {
  const instances = studies(associations).reduce((sum, count) => sum + count, 0)
  return instances * shape.frames * frameBytes(shape)
}
