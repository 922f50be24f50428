/**
 * Certificates of loss: what a partner had entrusted to us and went with a lost spool, for the partner, signed by the seal. Nobody can
 * prove the destruction of what is gone by reading it back: they say how it was lost, and what protects it where it now is.
 */
import { open } from "node:fs/promises"
import { join } from "node:path"
import type { Config } from "../config/schema.ts"
import { keyPlaces, refusedPinsFolder } from "../foundation/own-keys.ts"
import type { LostSubmission } from "../journey/recover/lost-objects.ts"
import { signData } from "../standards/cms/sign-data.ts"
import { keyStore } from "../storage/keys/key-store.ts"
import { makeFolder } from "../storage/make-folder.ts"
import { syncFolder } from "../storage/sync-folder.ts"

/** Below the data folder. */
const FOLDER = "certificates-of-loss"
const [OWNER_ONLY_FOLDER, OWNER_ONLY_FILE] = [0o700, 0o600]

/** No more than is true (docs/adr/0027): neither what keeps the keys nor what they open is in any backup. */
const STATEMENT = {
  ja: "保存媒体とともに失われました。鍵は当方では破棄しておらず、読み戻しの確認もできません。オブジェクトは媒体上で暗号化されており、鍵も同じ媒体上でパスフレーズに守られています。バックアップにはどちらも含まれません。バックアップ後に届いたものは、ここには記載されません。バックアップ後に消去され、データ消去証明書が出たものは、ここにも記載されることがあります。",
  en: "Lost with its storage. We have not destroyed the keys, and cannot read back that they are gone. The objects lie encrypted on that storage, their keys on the same under a passphrase; no backup holds either. What came after the backup that was put back is not named here; what was destroyed after it, by a deletion certificate of its own, may be named here too.",
} as const

/** One file for each partner, CMS SignedData around JSON. Resolves with their paths; durable then. */
export async function certifyLoss(
  config: Config,
  lost: ReadonlyMap<string, readonly LostSubmission[]>,
  at: Date,
): Promise<readonly string[]> {
  if (lost.size === 0) return []
  const folder = join(config.dataDir, FOLDER)
  await makeFolder(folder, OWNER_ONLY_FOLDER)
  const { seal } = keyPlaces(config)
  const keys = await keyStore(seal === undefined ? {} : { seal }, refusedPinsFolder(config))
  try {
    const written: string[] = []
    for (const [agreement, submissions] of lost) {
      const path = join(folder, `${agreement}-${at.toISOString().replace(/[-:]|\.\d+/g, "")}.json.p7m`)
      const content = Buffer.from(
        `${JSON.stringify(certificate(config, agreement, submissions, at), null, 1)}\n`,
      )
      await put(
        path,
        await signData({
          content,
          chain: keys.chain("seal"),
          at,
          sign: (bytes) => keys.sign("seal", bytes),
        }),
      )
      written.push(path)
    }
    await syncFolder(folder)
    return written
  } finally {
    keys.close()
  }
}

/** Ids, digests and times: no name of a patient. */
function certificate(
  { site, agreements }: Config,
  agreement: string,
  submissions: readonly LostSubmission[],
  at: Date,
): object {
  const partner = agreements.find(({ id }) => id === agreement)?.partner
  return {
    format: "dokuei-certificate-of-loss-1",
    manner: "storage-lost",
    statement: STATEMENT,
    writtenDownAt: at.toISOString(),
    by: { oid: site.oid, name: site.name },
    owner: { agreement, oid: partner?.oid ?? null, name: partner?.name ?? null },
    keysDestroyed: false,
    readBack: false,
    counts: {
      submissions: submissions.length,
      objects: submissions.reduce((sum, { objects }) => sum + objects.length, 0),
    },
    submissions,
  }
}

async function put(path: string, octets: Uint8Array): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY_FILE)
  try {
    await file.writeFile(octets)
    await file.sync()
  } finally {
    await file.close()
  }
}
