/**
 * `dokuei import CONFIG DIR`: the files of a folder or a medium into the running gateway, over its own STOW-RS door: one
 * process owns the spool, and a file keeps its header that way.
 */
import { statSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { FileUnread, store } from "../../actors/stow-client/store.ts"
import type { StoreTarget } from "../../actors/stow-client/target.ts"
import { SERVICE_PATH } from "../../actors/stow-rs/options.ts"
import { loadConfig } from "../../config/load.ts"
import type { EdgeConfig } from "../../config/schema.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { ConfigError } from "../../journey/errors.ts"
import { inOrder } from "../../journey/in-order.ts"
import { batches } from "./batches.ts"
import { lookAt, type Medium, type MediumFile } from "./medium.ts"
import { Progress, type Screen } from "./progress.ts"
import { importReport, isComplete, type Imported } from "./report.ts"

interface ImportOptions {
  readonly as?: string
}

export const importCommand = (finish: Finish): Command =>
  new Command("import")
    .description(
      "store the DICOM files of a folder or medium in the running gateway; tells what became of each",
    )
    .argument("<file>", "configuration of a hospital's gateway, with dicom.web")
    .argument(
      "<dir>",
      "folder, or where a medium is mounted; its DICOMDIR is compared with what is there",
      folderThere,
    )
    .option(
      "--as <ae>",
      "sender of dicom.web.senders; needed when several have a token, or several are of media",
    )
    .action(async (file: string, folder: string, options: ImportOptions) => {
      const target = await targetOf(file, options.as ?? null)
      const root = resolve(folder)
      const medium = await lookAt(root)
      const imported = await importAll(target, root, medium, process.stderr)
      process.stdout.write(importReport(medium, imported))
      if (!isComplete(medium, imported)) finish(EXIT.failed.code)
    })

function folderThere(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InvalidArgumentError("There is no such folder.")
  return path
}

/**
 * Requests under way at a time: while the last files of one become durable those of the next are read and sent. More gain
 * nothing where one gateway seals them, and let the head of a drive run to and fro.
 */
const REQUESTS_AT_A_TIME = 2

/**
 * Several requests at a time; outcomes in the order of the files.
 *
 * @throws what `store` throws; what was stored before stays stored, and a second import finds it
 */
export async function importAll(
  target: StoreTarget,
  root: string,
  { files }: Medium,
  screen: Screen,
): Promise<readonly Imported[]> {
  const totalBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const progress = new Progress(screen, files.length, totalBytes, () => performance.now())
  const imported: Imported[] = []
  const sent = async (batch: readonly MediumFile[]): Promise<readonly Imported[]> => {
    const outcomes = await importBatch(target, root, batch, (bytes) => progress.sent(bytes))
    progress.answered(batch.length)
    return outcomes
  }
  try {
    for await (const outcomes of inOrder(batches(files), sent, REQUESTS_AT_A_TIME)) imported.push(...outcomes)
  } finally {
    progress.end()
  }
  return imported
}

/** A scratch on a medium costs the file it is in, no more. What its request had stored is found to be here by the next. */
async function importBatch(
  target: StoreTarget,
  root: string,
  batch: readonly MediumFile[],
  progress: (bytes: number) => void,
): Promise<readonly Imported[]> {
  if (batch.length === 0) return []
  const paths = batch.map(({ name }) => join(root, name))
  try {
    const outcomes = await store(target, paths, progress)
    return outcomes.map((outcome, index) => ({ ...outcome, name: batch[index]?.name ?? "" }))
  } catch (error) {
    if (!(error instanceof FileUnread)) throw error
    const isUnread = ({ name }: MediumFile): boolean => join(root, name) === error.path
    const unread = batch
      .filter(isUnread)
      .map(({ name }) => ({ ...UNREAD, name, comment: `cannot be read (${error.code})` }))
    return [
      ...(await importBatch(
        target,
        root,
        batch.filter((each) => !isUnread(each)),
        progress,
      )),
      ...unread,
    ]
  }
}
const UNREAD = { became: "refused", status: 0xc000 } as const

async function targetOf(file: string, as: string | null): Promise<StoreTarget> {
  const { web, tls } = edgeOf(file).dicom
  if (web === undefined) throw fault(`${file} has no dicom.web to import through`)
  if (web.port === 0) throw fault(`${file}: dicom.web.port must be a number above 0 to import through`)
  const withToken = web.senders.flatMap(({ aeTitle, tokenFile, tlsPins, media }) =>
    tokenFile === undefined || tlsPins.length > 0 ? [] : [{ aeTitle, tokenFile, media }],
  )
  const isNamed = ({ aeTitle }: { readonly aeTitle: string }): boolean => aeTitle === as
  const ofMedia = withToken.filter(({ media }) => media)
  const fitting = as === null ? (ofMedia.length > 0 ? ofMedia : withToken) : withToken.filter(isNamed)
  const [sender] = fitting
  if (sender === undefined) throw fault(`${file} has no sender ${as ?? ""} with a token alone`)
  if (fitting.length > 1) throw fault(`say --as: ${fitting.map(({ aeTitle }) => aeTitle).join(", ")}`)
  return {
    host: web.host,
    port: web.port,
    servicePath: SERVICE_PATH,
    token: (await readFile(sender.tokenFile, "utf8")).trim(),
    chainPem: tls === undefined ? null : await readFile(tls.chain, "utf8"),
  }
}

function edgeOf(file: string): EdgeConfig {
  // The passphrase is the service's alone; what is needed here is looked for when it is read.
  const config = loadConfig(file, "unseen")
  if (config.role !== "edge") throw fault(`${file} is not of a hospital's gateway`)
  return config
}

const fault = (sentence: string): ConfigError => new ConfigError("ERR_CONFIG_INVALID", sentence)
