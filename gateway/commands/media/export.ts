/**
 * `dokuei media export`: the running gateway says what is to lie on the medium and hands it over; this process, which may be
 * root and sees the medium, writes it. The gateway itself writes nowhere but in its data folder.
 */
import { checkRoom, writeMedium, type Announced } from "../../actors/portable-media/write-medium.ts"
import { loadConfig } from "../../config/load.ts"
import { MediumError } from "../../journey/errors.ts"
import type { Medium, MediumFile } from "../../journey/ports/media.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { LocalClient, unheard, user } from "./local-client.ts"

/** What is made ready is asked for again so often, and not for longer than this. */
const READY_LOOK_MS = 1_000
const READY_WAIT_MS = 10 * 60_000

interface Plan {
  readonly token: string
  readonly recipients: readonly string[]
  readonly submissions: number
  readonly underWay: number
  readonly files: readonly Announced[]
}

type Asked = Omit<Plan, "token"> & {
  /** null while something is not made yet. */
  readonly token: string | null
  readonly waiting: readonly { readonly kind: string; readonly failureCode: string | null }[]
}

/** Resolves with what is to be said of it. */
export async function exportMedium(
  file: string,
  what: string,
  medium: Medium,
  root: string,
  screen: Screen,
): Promise<string> {
  // The passphrase is the service's alone.
  const { dataDir } = loadConfig(file, "unseen")
  const client = new LocalClient(dataDir)
  const plan = await ready(client, { user: user(), medium, what }, screen)
  try {
    await checkRoom(root, plan.files)
    await written(client, plan, root, screen)
  } catch (error) {
    await end(client, plan, error instanceof Error ? error.message : "failed")
    throw error
  }
  await end(client, plan, null)
  const bytes = plan.files.reduce((sum, { lengthBytes }) => sum + (lengthBytes ?? 0), 0)
  return [
    `${plan.submissions} submissions for ${plan.recipients.join(", ")}: ${plan.files.length} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB, written and read back`,
    "unmount the medium before it is pulled; plugged in again, `dokuei media check` reads it itself and not the memory of this machine",
    afterwards(plan),
    "",
  ].join("\n")
}

const afterwards = ({ underWay }: Plan): string =>
  underWay === 0
    ? "it is a copy of what has arrived already: read in there, it is known again"
    : "what is on it still waits for the line, and goes there too when it is back: it is known again, and kept once"

async function ready(client: LocalClient, asking: unknown, screen: Screen): Promise<Plan> {
  const until = performance.now() + READY_WAIT_MS
  for (;;) {
    const asked = await client.json<Asked>("POST", "/media/plans", asking)
    if (asked.token !== null) return { ...asked, token: asked.token }
    const failing = asked.waiting.map(({ failureCode }) => failureCode).find((code) => code !== null)
    const line = `${asked.waiting.length} of ${asked.submissions} are still being made ready`
    if (performance.now() > until)
      throw unheard(failing === undefined ? line : `${line}, and fail with ${failing}`)
    if (screen.isTTY === true)
      screen.write(`\r\u001b[K${line}${failing === undefined ? "" : ` (${failing})`}`)
    await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS))
  }
}

async function written(client: LocalClient, plan: Plan, root: string, screen: Screen): Promise<void> {
  const files = plan.files.map((each, index): MediumFile => ({
    ...each,
    open: () => client.octets(`/media/plans/${plan.token}/${index}`),
  }))
  // Each byte is written, and read back.
  const totalBytes = 2 * files.reduce((sum, { lengthBytes }) => sum + (lengthBytes ?? 0), 0)
  const progress = new Progress(screen, files.length, totalBytes, () => performance.now())
  try {
    await writeMedium(root, files, {
      bytes: (count) => progress.sent(count),
      file: () => progress.answered(1),
    })
  } finally {
    progress.end()
  }
}

/** The audit trail hears how it ended. A gateway that stopped meanwhile has told of the beginning. */
async function end(client: LocalClient, { token }: Plan, failed: string | null): Promise<void> {
  try {
    await client.json("DELETE", `/media/plans/${token}`, { failed: failed?.slice(0, 256) ?? null })
  } catch (error) {
    if (failed === null || !(error instanceof MediumError)) throw error
  }
}
