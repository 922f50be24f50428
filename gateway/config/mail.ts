/** Configuration of mail: the server, and who is told what. */
import { z } from "zod"
import { duration, file } from "./values.ts"

export const mailSchema = z
  .strictObject({
    server: z.strictObject({
      host: z
        .string()
        .min(1)
        .describe("mail server that takes our mail; its certificate must be made out to it"),
      port: z.int().min(1).max(65535).default(465),
      tls: z
        .enum(["implicit", "starttls"])
        .default("implicit")
        .describe("TLS from the first octet (port 465), or by STARTTLS, which is never left out (port 587)"),
      ca: file.describe("authorities of its certificate, PEM, e.g. /etc/ssl/certs/ca-certificates.crt"),
      user: z.string().min(1).optional().describe("login name; with it passwordFile"),
      passwordFile: file.optional().describe("one line"),
    }),
    from: z.email().describe("sender's address"),
    notices: z
      .array(
        z.strictObject({
          name: z
            .string()
            .regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
            .describe("how log and ledger name it"),
          to: z.email().describe("address of a place, e.g. of the radiology department"),
          about: z
            .enum(["report", "stat", "late", "certificate"])
            .describe(
              "`report`: a new report waits to be received, or a preliminary one came (hospital); `stat`: a STAT study waits to be read (reading centre); `late`: a report has waited 24 hours for its signature or its time stamp, or a preliminary one for the signed one; `certificate`: one of ours or of a partner's ends in 90, 30 or 7 days, or has ended",
            ),
          language: z.enum(["ja", "en"]).default("ja"),
          every: duration.prefault("15m").describe("at most one mail in so long"),
        }),
      )
      .min(1),
  })
  .optional()
  .describe("notices by mail: a count and a link, nothing of a patient")
