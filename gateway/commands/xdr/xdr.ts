/** `dokuei xdr …`: a partner's test day, without a gateway, a configuration or an agreement. */
import { X509Certificate } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { isLoopback } from "../../actors/document-recipient/listen-in-clear.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { isOid } from "../../standards/xds/data-types.ts"
import { serve } from "../run.ts"
import { serviceManager } from "../service-manager.ts"
import { nodeFiles, nodeOptions, type NodeFiles } from "./node.ts"
import { startReceiving, urlOf, type ReceiveOptions } from "./receive.ts"
import { preparedTold, prepare, send, writeMessage } from "./send.ts"
import { certificateTold } from "./trial.ts"

export const xdrCommand = (finish: Finish): Command =>
  new Command("xdr")
    .description("a partner's test day: ITI-41 messages sent and received without a gateway")
    .addCommand(sendCommand(finish))
    .addCommand(receiveCommand())

type NodeArguments = Partial<NodeFiles> & Pick<NodeFiles, "tls" | "pin">

interface SendArguments extends NodeArguments {
  readonly to: string
  readonly metadata?: string
  readonly dryRun?: string
}

function sendCommand(finish: Finish): Command {
  const command = new Command("send")
    .description("send the files of a folder as one submission; prints what was answered; 0 = Success")
    .argument("<dir>", "folder of DICOM files, PDF, CDA or anything else; without a DICOMDIR", folderThere)
    .requiredOption("--to <url>", "the recipient's endpoint, https://…", httpsUrl)
    .option("--metadata <file>", "YAML: patient, sender, recipients, codes; each has a default")
    .option("--dry-run <file>", "write the message to a file instead, which must not be there yet")
  for (const option of nodeOptions("the recipient; without one its certificate must be made out to its host"))
    command.addOption(option)
  return command.action(async (dir: string, options: SendArguments) => {
    const files = nodeFiles(options)
    if (files === null && options.dryRun === undefined)
      command.error("error: --key, --cert and --ca are wanted")
    const prepared = await prepare(resolve(dir), options.metadata ?? null)
    process.stdout.write(preparedTold(prepared))
    if (options.dryRun !== undefined) {
      const contentType = await writeMessage(options.dryRun, options.to, prepared)
      process.stdout.write(`${options.dryRun}: written; not sent\nContent-Type: ${contentType}\n`)
    } else if (files !== null) {
      const { report, isTaken } = await send(options.to, files, prepared, process.stderr)
      process.stdout.write(report)
      if (!isTaken) finish(EXIT.failed.code)
    }
  })
}

interface ReceiveArguments extends NodeArguments {
  readonly host: string
  readonly port: number
  readonly keep: string
  readonly inClear?: true
  readonly limitedMetadata?: true
  readonly oid?: string
  readonly source: readonly string[]
}

function receiveCommand(): Command {
  const command = new Command("receive")
    .description("take submissions as a gateway would, and tell all about each; Ctrl-C ends it")
    .option(
      "--host <address>",
      "address to listen on; others reach this machine by one of its own",
      "127.0.0.1",
    )
    .option("--port <number>", "TCP port; 0 = any that is free", portNumber, 8443)
    .requiredOption("--keep <dir>", "folder for what comes; made when it is not there")
    .option("--in-clear", "without TLS, on 127.0.0.1 or ::1 alone")
    .option("--limited-metadata", "take limited metadata, as an agreement may say")
    .option("--oid <oid>", "our OID: what is addressed to somebody else is refused", oidText)
    .addOption(
      new Option("--source <oid>", "a sourceId that is taken, whichever without; may be given again")
        .argParser((text: string, before: readonly string[]) => [...before, oidText(text)])
        .default([]),
    )
  for (const option of nodeOptions("who may send; whoever --ca vouches for without one"))
    command.addOption(option)
  return command.action(async (options: ReceiveArguments) => {
    const node = nodeFiles(options)
    if (options.inClear === undefined && node === null)
      command.error("error: --key, --cert and --ca are wanted, or --in-clear")
    if (options.inClear === true && !isLoopback(options.host))
      command.error("error: --in-clear is for 127.0.0.1 and ::1 alone")
    await receive({
      host: options.host,
      port: options.port,
      node: options.inClear === true ? null : node,
      folder: resolve(options.keep),
      limitedMetadata: options.limitedMetadata ?? false,
      oid: options.oid ?? null,
      sources: options.source,
    })
  })
}

async function receive(options: ReceiveOptions): Promise<void> {
  const print = (text: string): void => {
    process.stdout.write(text)
  }
  const start = async () => {
    const running = await startReceiving(options, print)
    const own =
      options.node === null ? [] : certificateTold(new X509Certificate(readFileSync(options.node.cert)))
    print(`${[`listening at ${urlOf(options, running.ports.xdr ?? 0)}`, ...own].join("\n")}\n\n`)
    return running
  }
  await serve(start, serviceManager({}))
}

function folderThere(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InvalidArgumentError("There is no such folder.")
  return path
}

function httpsUrl(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== "https:")
    throw new InvalidArgumentError("An address that begins with https:// is wanted.")
  return text
}

function oidText(text: string): string {
  if (!isOid(text)) throw new InvalidArgumentError("An OID in dotted form is wanted.")
  return text
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("A number from 0 to 65535 is wanted.")
  return port
}
