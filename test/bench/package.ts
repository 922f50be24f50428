/**
 * What it costs to make 256 MB ready to leave, and to take them in: CPU beside `openssl cms` on the same bytes.
 *
 * As 500 files, what a script over a study would do, each process start included; and as one large file, where openssl
 * is at its best. We seal at arrival: `seal+package` is all we do until the first byte leaves, `package` what is left
 * to do when a study is released. `unpack` is everything up to Success, to `openssl cms -decrypt` alone.
 */
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { openSite, type Site } from "../../deploy/demo/site.ts"
import { startTsa, type Tsa } from "../../deploy/demo/tsa.ts"
import type { Asked } from "./asked.ts"
import { buildHouse, type HouseKeeper } from "./build-house.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder, onFreePorts, settleDisk } from "./folder.ts"
import { CT, writeImages } from "./images.ts"
import { decrypt, signAndEncrypt, type CmsKeys } from "./openssl-cms.ts"
import { alternate } from "./rounds.ts"

interface Cost {
  readonly sealAndPackageMs: number
  readonly packageMs: number
  readonly unpackMs: number
}

const PACKAGE_PROMISED: Promised = { floor: 1.3, aim: 1, bound: "at most" }
const UNPACK_PROMISED: Promised = { floor: 0.35, aim: null, bound: "at most" }

export function packaging(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const { site, tsa, house } = await onFreePorts((attempt) => build(join(folder, `site-${attempt}`)))
    try {
      const [many] = await writeImages(join(folder, "many"), { studies: [asked.instances] })
      const shape = { ...CT, frames: asked.instances }
      const [one] = await writeImages(join(folder, "one"), { studies: [1], shape })
      const found: Figure[] = []
      for (const [shape, files] of [
        [`${asked.instances} files`, many?.files ?? []],
        ["one file", one?.files ?? []],
      ] as const)
        found.push(...(await compare(folder, shape, files, site, house, asked)))
      return found
    } finally {
      await house.close()
      await tsa.close()
    }
  })
}

async function build(dir: string): Promise<{
  readonly site: Site
  readonly tsa: Tsa
  readonly house: HouseKeeper
}> {
  const site = await openSite(dir, { imagesKept: "30d", quietPeriod: "30d" })
  // Its CPU time is its own: an openssl process.
  const tsa = await startTsa(join(dir, "pki", "tsa"), site.ports.tsa)
  try {
    return { site, tsa, house: await buildHouse(site, "both") }
  } catch (error) {
    await tsa.close()
    throw error
  }
}

async function compare(
  folder: string,
  shape: string,
  files: readonly string[],
  site: Site,
  house: HouseKeeper,
  asked: Asked,
): Promise<Figure[]> {
  const keys = keysOf(site)
  const costs = await alternate<string, Cost>(
    [
      { name: "dokuei", run: () => ours(folder, files, house) },
      { name: "openssl", run: () => openssl(folder, files, keys) },
    ],
    asked.rounds,
  )
  const of = (name: string, what: keyof Cost): number[] => (costs.get(name) ?? []).map((each) => each[what])
  const made = (name: string, ourCost: keyof Cost, peerCost: keyof Cost, promised?: Promised): Figure => {
    const what = { figure: `${name}/${shape}`, unit: "ms CPU", peerName: "openssl cms" }
    return figure(what, of("dokuei", ourCost), of("openssl", peerCost), promised)
  }
  return [
    made("seal+package", "sealAndPackageMs", "sealAndPackageMs", PACKAGE_PROMISED),
    made("package", "packageMs", "sealAndPackageMs"),
    made("unpack", "unpackMs", "unpackMs", UNPACK_PROMISED),
  ]
}

async function ours(folder: string, files: readonly string[], house: HouseKeeper): Promise<Cost> {
  await settleDisk(folder)
  const sealed = await house.order({ do: "seal", files })
  const packaged = await house.order({ do: "package" })
  const envelopes = join(folder, "envelopes")
  await mkdir(envelopes, { recursive: true })
  await house.order({ do: "export", folder: envelopes })
  await settleDisk(folder)
  const accepted = await house.order({ do: "accept" })
  await rm(envelopes, { recursive: true })
  return {
    sealAndPackageMs: sealed.cpuMs + packaged.cpuMs,
    packageMs: packaged.cpuMs,
    unpackMs: accepted.cpuMs,
  }
}

async function openssl(folder: string, files: readonly string[], keys: CmsKeys): Promise<Cost> {
  await settleDisk(folder)
  const packageMs = await signAndEncrypt(files, keys)
  await settleDisk(folder)
  const envelopes = files.map((file) => `${file}.p7m`)
  const unpackMs = await decrypt(envelopes, keys)
  for (const made of [...envelopes, ...files.map((file) => `${file}.sig`)]) await rm(made)
  for (const envelope of envelopes) await rm(`${envelope}.clear`)
  return { sealAndPackageMs: packageMs, packageMs, unpackMs }
}

function keysOf({ dir }: Site): CmsKeys {
  const file = (name: string): string => join(dir, "pki", name)
  return {
    signerKey: file("edge/seal.key.pem"),
    signerCertificate: file("edge/seal.chain.pem"),
    recipientKey: file("center/object.key.pem"),
    recipientCertificate: file("center/object.chain.pem"),
  }
}
