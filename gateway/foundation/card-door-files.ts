/** Files of the door for cards (`desk.cards`): browsers refuse its certificate, and it refuses every card, for faults that show here first. */
import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import type { Issue } from "../config/issue.ts"
import type { Config } from "../config/schema.ts"
import { KeyError } from "../journey/errors.ts"
import type { Certificate } from "../standards/hpki/certificate.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"
import { demandCertificate, fault, keyIssue } from "./file-faults.ts"
import { certificates } from "./trust-store.ts"

export async function cardDoorIssues({ desk, trust }: Config, now: Date): Promise<readonly Issue[]> {
  const { cards } = desk
  if (cards === undefined) return []
  const { key, chain, origin, authorities } = cards
  const pair = await keyIssue({ path: "desk.cards", key, chain }, now)
  const looked = [
    pair ?? (await fault("desk.cards.chain", () => demandHost(chain, origin))),
    await fault("desk.cards.authorities", () => demandAuthorities(authorities, trust.hpkiRoots, now)),
  ]
  return looked.flatMap((issue) => issue ?? [])
}

/** What the browser compares with its address bar. */
async function demandHost(file: string, origin: string): Promise<void> {
  const hostname = new URL(origin).hostname.replace(/^\[|\]$/g, "")
  const leaf = new X509Certificate(await readKeyFile(file))
  const named = isIP(hostname) === 0 ? leaf.checkHost(hostname) : leaf.checkIP(hostname)
  if (named === undefined)
    throw new KeyError("ERR_KEY_UNFIT", `${file} is not for ${hostname}, the host of desk.cards.origin`)
}

async function demandAuthorities(file: string, rootsFile: string, now: Date): Promise<void> {
  await demandCertificate(file)
  const [issuing, roots] = [await certificates(file), await certificates(rootsFile)]
  for (const one of issuing) {
    const why = faultOf(one, [...roots, ...issuing], now)
    if (why !== null) throw new KeyError("ERR_KEY_UNFIT", `${file}: ${one.subject.text} ${why}`)
  }
}

function faultOf(one: Certificate, known: readonly Certificate[], now: Date): string | null {
  if (!one.isCa) return "is no authority"
  if (one.notAfter < now) return `ended ${one.notAfter.toISOString()}`
  const isBelow = known.some(({ subject }) => subject.text === one.issuer.text)
  return isBelow ? null : `was issued by ${one.issuer.text}, which is not in trust.hpkiRoots`
}
