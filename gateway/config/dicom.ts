/** Configuration of how images come in: devices, the archive, STOW-RS senders, folders. */
import { z } from "zod"
import { aeTitle, duration, file, ipAddress, listen, pin, uid } from "./values.ts"

const quiet = {
  quietPeriod: duration.prefault("60s").describe("a study is complete when nothing came for this long"),
  quietPeriods: z
    .record(z.string().regex(/^[A-Z]{2,16}$/, "must be a Modality of (0008,0060), e.g. US"), duration)
    .default({})
    .describe("the same where a study's first image is of such a Modality (0008,0060), e.g. `{US: 10m}`"),
  leaves: z
    .enum(["when-complete", "while-scanning"])
    .default("when-complete")
    .describe(
      "when images leave by themselves: all together when the study is complete, or in units while it still comes in, as STAT studies do by themselves; nothing leaves before a request names the study",
    ),
}
const nodeHost = z.string().min(1)
const nodePort = z.int().min(1).max(65535)
const modality = z.strictObject({
  aeTitle: aeTitle.describe("calling AE title"),
  addresses: z.array(ipAddress).default([]).describe("IP addresses it may call from; [] = any"),
  host: nodeHost.optional().describe("where the device takes answers to storage commitment requests"),
  port: nodePort.optional().describe("its TCP port for them; in TLS when tlsPins are given"),
  stat: z
    .boolean()
    .default(false)
    .describe("every image of it is urgent: still accepted when routine ones are refused for want of room"),
  ...quiet,
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys this device must show in TLS, SHA-256 of the SubjectPublicKeyInfo; [] = also in the clear",
    ),
})
const archive = z
  .strictObject({
    aeTitle: aeTitle.describe("the archive's AE title"),
    host: nodeHost,
    port: nodePort,
    tlsPins: z
      .array(pin)
      .default([])
      .describe("keys it must show, SHA-256 of the SubjectPublicKeyInfo; [] = in the clear"),
    characterSet: z
      .enum(["study", "utf-8"])
      .default("study")
      .describe("reports are written in their study's own character set, or all in UTF-8"),
  })
  .describe("the hospital's PACS: storage commitments are relayed to it, reports are stored in it")
const fromMedia = z
  .boolean()
  .default(false)
  .describe("what it brings comes from outside, on media: in the audit trail an import, not a transfer")
const webSender = z.strictObject({
  aeTitle: aeTitle.describe("what stands for its calling AE title"),
  tokenFile: file
    .optional()
    .describe("its bearer token, one line; good for storing here and for nothing else"),
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys its TLS certificate may hold, SHA-256 of the SubjectPublicKeyInfo; with a token both are asked for",
    ),
  stat: z.boolean().default(false).describe("every image of it is urgent"),
  media: fromMedia,
  ...quiet,
})
const web = z
  .strictObject({
    ...listen.shape,
    senders: z.array(webSender).min(1).describe("who may store, each by token, certificate or both"),
  })
  .describe(
    "STOW-RS (PS3.18 10.5) at /dicomweb, for devices without C-STORE and for `dokuei import`; in TLS with dicom.tls, else on loopback alone",
  )
const folder = z.strictObject({
  path: file.describe("folder, also one of a share that is mounted later"),
  aeTitle: aeTitle.describe("what stands for the calling AE title of its files"),
  settle: duration.prefault("10s").describe("a file that did not change for this long is taken"),
  after: z
    .enum(["keep", "delete"])
    .default("keep")
    .describe("a file whose object is durable here is kept in its folder `done`, or deleted"),
  stat: z.boolean().default(false).describe("every image of it is urgent"),
  media: fromMedia,
  ...quiet,
})
const dicomTls = z
  .strictObject({
    ...listen.shape,
    key: file.describe("PKCS#8 PEM of the DICOM node"),
    chain: file.describe("its certificates, PEM, leaf first"),
    ca: file.describe("authorities of the devices' certificates, PEM"),
  })
  .describe("DICOM TLS by PS3.15 B.13, customary port 2762; devices show a certificate")

export const dicomSchema = z.strictObject({
  ...listen.shape,
  aeTitle: aeTitle.describe("ours: the AE title modalities call"),
  modalities: z.array(modality).min(1).describe("calling AE titles that may send"),
  maxAssociations: z.int().positive().default(64).describe("at the same time; more are refused"),
  maxAssociationsPerAE: z.int().positive().default(16).describe("the same for one calling AE title"),
  tls: dicomTls.optional(),
  archive: archive.optional(),
  web: web.optional(),
  folders: z
    .array(folder)
    .default([])
    .describe("folders that files are put into; what is refused lies in `refused` with its reason"),
  privateSopClasses: z.array(uid).default([]).describe("SOP Classes outside PS3.6 that are taken as storage"),
  declaredSopClasses: z
    .boolean()
    .default(true)
    .describe("take an unknown SOP Class that its device declares as storage (PS3.7 D.3.3.6)"),
})
