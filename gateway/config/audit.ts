/** Configuration of the audit trail: the collectors it is sent to. */
import { z } from "zod"
import { file, pin } from "./values.ts"

const collector = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
    .describe(
      "how mark, log and page name it; under a new name it is sent everything from the first record on",
    ),
  host: z.string().min(1).describe("name or address of the Audit Record Repository"),
  port: z.int().min(1).max(65535).default(6514),
  ca: file.describe("authorities of its certificate, PEM"),
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys it must show, SHA-256 of the SubjectPublicKeyInfo; [] = a certificate made out to `host`",
    ),
  tls: z
    .enum(["1.3", "ihe-stx"])
    .default("1.3")
    .describe("`ihe-stx`: TLS 1.2 with the BCP 195 suites as well (ITI-19)"),
})

export const auditSchema = z
  .strictObject({
    collectors: z
      .array(collector)
      .default([])
      .describe(
        "Audit Record Repositories that get every record by syslog over mutual TLS (ITI-20, RFC 5425); we show keys.tls",
      ),
    joining: file
      .optional()
      .describe(
        "record that `dokuei join` has left (`joining.log`): taken into the trail at the first start with it",
      ),
  })
  .prefault({})
  .describe("the trail itself is always kept here")
