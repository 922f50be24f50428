/** What a joined hospital finds in its folder: keys, certificates, anchors, and a configuration that lacks only its devices. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { stringify } from "yaml"
import { type Answer, type REQUESTED, USES } from "../../actors/joining/messages.ts"
import { systemChance } from "../../clock.ts"
import { checkConfig } from "../../config/load.ts"
import { JoinError } from "../../journey/errors.ts"
import { type Key, keyPem } from "../pki-authority.ts"
import { writeTunnelFiles } from "./tunnel-files.ts"
import { siteDraft } from "../../site/draft.ts"
import { makeFolder } from "../../storage/make-folder.ts"

const PASSPHRASE_LENGTH_BYTES = 32
const HEAD = `# A draft, made by joining a reading centre. Read it whole, above all the agreement at its end: from the first start on
# it is what you have agreed to. Put in your devices, addresses and the desk's address; docs/settings.md has every setting.
`
/** Doors of the draft, and of the site file beside it. */
const DOORS = { dicom: 11112, desk: 8080, health: 9090 }

/** In the folder beside the configuration. */
export const JOINING_LOG = "joining.log"

export type Keys = Readonly<Record<(typeof REQUESTED)[number], Key>>

/** @throws JoinError ERR_JOIN_ANSWER when the centre's half would make no configuration */
export async function writeDrafts(folder: string, answer: Answer, keys: Keys): Promise<void> {
  await makeFolder(join(folder, "trust/crls"))
  await mkdir(join(folder, "edge"), { mode: 0o700 })
  const file = (name: string, content: string | Uint8Array, mode = 0o644): Promise<void> =>
    writeFile(join(folder, name), content, { flag: "wx", mode })
  const passphrase = Buffer.from(systemChance.bytes(PASSPHRASE_LENGTH_BYTES)).toString("base64url")
  await file("passphrase", `${passphrase}\n`, 0o600)
  for (const use of USES) {
    await file(`edge/${use}.key.pem`, keyPem(keys[use]), 0o600)
    await file(`edge/${use}.chain.pem`, answer.chains[use])
  }
  const { tlsCa, sealCa, hpkiRoots, tsaRoots } = answer.trust
  await file("trust/tls-ca.pem", tlsCa)
  await file("trust/seal-ca.pem", sealCa)
  await file("trust/hpki-root.pem", hpkiRoots)
  await file("trust/tsa-root.pem", tsaRoots)
  await file("trust/center-object.chain.pem", answer.centerObject)
  for (const [index, list] of answer.crls.entries()) await file(`trust/crls/center-${index}.crl`, list)
  const text = HEAD + stringify(draftOf(answer))
  const checked = checkConfig(text, folder)
  if ("issues" in checked) {
    const faults = checked.issues.map(({ path, message }) => `${path}: ${message}`).join("; ")
    throw new JoinError("ERR_JOIN_ANSWER", `the centre's terms make no configuration: ${faults}`)
  }
  await file("edge.yaml", text)
  if (answer.tunnel !== null) await writeTunnel(folder, answer.hospital.name, answer.tunnel, keys.tunnel)
}

/** @throws JoinError ERR_JOIN_ANSWER when what came makes no site file */
async function writeTunnel(
  folder: string,
  hospital: string,
  { certificate, authority, site }: NonNullable<Answer["tunnel"]>,
  key: Key,
): Promise<void> {
  const draft = siteDraft(hospital, DOORS, site)
  if (draft === null)
    throw new JoinError("ERR_JOIN_ANSWER", "what came for the tunnel makes no site file: keep nothing of it")
  await writeTunnelFiles(join(folder, "swanctl"), { certificate, authority, key: keyPem(key) })
  await writeFile(join(folder, "site.yaml"), draft, { flag: "wx" })
}

/** Doors on loopback and one device that is none: nothing opens to a network before a person has said to which. */
const draftOf = ({ hospital, timeStampUrl, agreement }: Answer) => ({
  role: "edge",
  dataDir: "data",
  site: hospital,
  dicom: { host: "127.0.0.1", port: DOORS.dicom, aeTitle: "DOKUEI", modalities: [{ aeTitle: "CT1" }] },
  xdr: { host: "127.0.0.1", port: 8443 },
  desk: { host: "127.0.0.1", port: DOORS.desk, origin: `http://localhost:${DOORS.desk}`, rpId: "localhost" },
  health: { host: "127.0.0.1", port: DOORS.health },
  keys: {
    passphraseFile: "passphrase",
    ...Object.fromEntries(
      USES.map((use) => [use, { key: `edge/${use}.key.pem`, chain: `edge/${use}.chain.pem` }]),
    ),
  },
  trust: {
    tlsCa: "trust/tls-ca.pem",
    sealCa: "trust/seal-ca.pem",
    hpkiRoots: "trust/hpki-root.pem",
    tsaRoots: "trust/tsa-root.pem",
    crls: "trust/crls",
  },
  timeStamp: { url: timeStampUrl },
  audit: { joining: JOINING_LOG },
  // Which files are read here is not for the other side to say.
  agreements: [{ ...agreement, objectCertificate: "trust/center-object.chain.pem" }],
})
