/**
 * `dokuei media import`: what lies on a medium goes into the running gateway as the ITI-41 request it would have been on the
 * line, so that it passes the same judge and its signatures are verified alike. This process, and not the gateway, meets
 * the medium. Each submission set comes in whole or not at all; one that has come already is known again.
 */
import { randomUUID } from "node:crypto"
import { MEDIUM_PATH } from "../../actors/document-recipient/medium-door.ts"
import { interpret } from "../../actors/document-source/interpret.ts"
import { requestMessage } from "../../actors/document-source/message.ts"
import { MediumTree } from "../../actors/portable-media/medium-tree.ts"
import { octetsOf, unfit } from "../../actors/portable-media/read-file.ts"
import {
  extentOf,
  metadataIn,
  readSubset,
  sealedMetadataIn,
  subsetFolders,
  type ReadSubset,
  type SubsetFolder,
} from "../../actors/portable-media/survey.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { SubmissionError } from "../../journey/errors.ts"
import type { Medium } from "../../journey/ports/media.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { faultsOf } from "./check.ts"
import { LocalClient, one, user } from "./local-client.ts"
import { MediumReport, type SubsetTold, type Told } from "./report.ts"

interface Importing {
  readonly config: Config
  readonly client: LocalClient
  readonly tree: MediumTree
  readonly medium: Medium
  readonly as: string | null
}

/** @throws MediumError when it is no XDM medium */
export async function importMedium(
  file: string,
  root: string,
  medium: Medium,
  as: string | null,
  screen: Screen,
): Promise<Told> {
  const config = loadConfig(file, "unseen")
  const client = new LocalClient(config.dataDir)
  const importing: Importing = { config, client, tree: new MediumTree(root), medium, as }
  const folders = await subsetFolders(importing.tree)
  const { files, lengthBytes } = await extentOf(importing.tree, folders)
  const progress = new Progress(screen, files, lengthBytes, () => performance.now())
  const report = new MediumReport("taken in", "NOT TAKEN IN")
  try {
    // One is looked at and taken before the next is read: what a medium says is no more than one of its folders does.
    for (const folder of folders) report.add(await take(importing, folder, progress))
  } finally {
    progress.end()
  }
  return report.told()
}

/** What was encrypted for us says more than what anybody may read. */
async function metadataOf({ client, tree }: Importing, folder: SubsetFolder): Promise<Uint8Array> {
  const sealed = await sealedMetadataIn(tree, folder)
  if (sealed === null) return metadataIn(tree, folder)
  const { body } = await client.ask({
    method: "POST",
    path: "/media/metadata",
    contentType: "application/pkcs7-mime",
    lengthBytes: sealed.length,
    body: one(sealed),
  })
  return body
}

async function take(importing: Importing, folder: SubsetFolder, progress: Progress): Promise<SubsetTold> {
  const { name } = folder
  try {
    const read = await readSubset(importing.tree, folder, await metadataOf(importing, folder))
    const told = { name, documents: read.documents.length }
    const answer = await provide(importing, read, progress)
    const words = answer.errors.map(({ errorCode, codeContext }) => `${errorCode} ${codeContext}`)
    return answer.status === "Success"
      ? { ...told, faults: [], remarks: words }
      : { ...told, faults: words, remarks: [] }
  } catch (error) {
    const faults = error instanceof SubmissionError ? [error.message] : faultsOf(error)
    return { name, documents: 0, faults, remarks: [] }
  }
}

async function provide(
  importing: Importing,
  { submission: { submission }, documents }: ReadSubset,
  progress: Progress,
): Promise<RegistryResponse> {
  const { client, medium } = importing
  const agreement = agreementOf(importing, submission.submissionSet.sourceId)
  const outbound = documents.map(({ entry, path: file, lengthBytes }) => ({
    entryUUID: entry.entryUUID,
    lengthBytes,
    open: () => told(octetsOf(file), progress),
  }))
  const message = requestMessage(submission, outbound, {
    messageId: `urn:uuid:${randomUUID()}`,
    to: "urn:dokuei:medium",
    security: null,
  })
  const query = new URLSearchParams({ agreement, user: user(), type: medium.type, name: medium.name })
  return interpret(
    await client.answered({
      method: "POST",
      path: `${MEDIUM_PATH}?${query.toString()}`,
      contentType: message.contentType,
      lengthBytes: message.lengthBytes,
      body: message.pieces(),
    }),
  )
}

async function* told(octets: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const piece of octets) {
    yield piece
    progress.sent(piece.length)
  }
  progress.answered(1)
}

/** A medium shows no certificate: whose it is says its sourceId, and that it is so says its seal. */
function agreementOf({ config, as }: Importing, sourceId: string): string {
  const fitting = config.agreements.filter(({ partner }) => partner.oid === sourceId)
  const [agreement] = as === null ? fitting : fitting.filter(({ id }) => id === as)
  if (agreement === undefined) throw unfit(`no agreement with whom it is of (sourceId ${sourceId})`)
  if (as === null && fitting.length > 1) throw unfit(`say --as: ${fitting.map(({ id }) => id).join(", ")}`)
  return agreement.id
}
