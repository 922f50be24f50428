/** Configuration of backups: for whom they are encrypted, and how many are kept. */
import { z } from "zod"
import { duration, file } from "./values.ts"

export const backupSchema = z
  .strictObject({
    recoveryCertificate: file.describe(
      "certificate, PEM, whose key alone opens a backup; that key is on no machine of this network",
    ),
    generations: z
      .int()
      .min(2)
      .max(100)
      .default(3)
      .describe(
        "how many are kept on each target, older ones go once a new one is whole; the guidelines want 3, of medical records 5",
      ),
    maxAge: duration
      .prefault("2d")
      .describe("`dokuei doctor backup` finds a fault when the last one is older"),
  })
  .optional()
  .describe("what `dokuei backup` encrypts for whom, and how much of it is kept")
