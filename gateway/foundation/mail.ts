/** Notices by mail, where they are configured. */
import { readFile } from "node:fs/promises"
import type { Config } from "../config/schema.ts"
import type { MailParts } from "../journey/notify/notify.ts"
import type { CertificateWatch } from "./certificate-watch.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"

/** null = nobody is told by mail. */
export async function mailOf(
  { mail, desk }: Config,
  certificates: Pick<CertificateWatch, "all">,
): Promise<MailParts | null> {
  if (mail === undefined) return null
  const { server, from, notices } = mail
  const { host, port, tls, ca, user, passwordFile } = server
  // Loaded where it is used.
  const { mailSender } = await import("../actors/mail-sender/mail-sender.ts")
  const login =
    user === undefined || passwordFile === undefined
      ? null
      : { user, password: (await readFile(passwordFile, "utf8")).trim() }
  return {
    post: mailSender({ host, port, tls, trustedPem: await readKeyFile(ca), login }, from),
    notices: notices.map(({ every, ...notice }) => ({ ...notice, everyMs: every })),
    link: `${desk.origin}/`,
    ends: () => certificates.all().map(({ notAfter }) => notAfter),
  }
}
