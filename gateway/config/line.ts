/** Configuration of the line to a partner: how much of it images take, and when. */
import { z } from "zod"

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day, 00:00 to 23:59")
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const
/** More would share a line until each of them is late. */
const MOST_IN_FLIGHT = 8

export const lineTerms = z
  .strictObject({
    inFlight: z
      .int()
      .min(1)
      .max(MOST_IN_FLIGHT)
      .default(2)
      .describe("submissions with images that are on the line at a time; the urgent ones first"),
    maxMbitPerSecond: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("what we send to this partner takes no more of the line than this; null = all it gives"),
    hours: z
      .array(
        z.strictObject({
          days: z
            .array(z.enum(WEEKDAYS))
            .min(1)
            .default([...WEEKDAYS])
            .describe("days on which these hours begin"),
          from: clock.describe("time of day of the site"),
          until: clock.describe("not after `from` = on the day after"),
        }),
      )
      .default([])
      .describe("when images leave; [] = at any time. Reports, receipts and notices go at any time"),
    statWaits: z
      .boolean()
      .default(false)
      .describe("STAT studies wait for these hours too, and until they are complete"),
  })
  .prefault({})
