/** What was agreed, and who answers (guidelines 2.1, 2.4, 2.6, 2.7). */
import { fault, noneOf, ok, unseen, withConfig, withSite, type Check } from "./check.ts"

const DAY_MS = 86_400_000
/** A contact nobody has looked at for a year is a telephone that nobody answers (S-32). */
const REVIEWED_WITHIN_MS = 366 * DAY_MS
/** Longer is external storage, with conditions of its own (S-54). */
const LONGEST_COPY_MS = 90 * DAY_MS

/** An epoch turns this long before the last day that a certificate of its beginning names (docs/adr/0031). */
const EPOCH_SPARE_MS = 5 * DAY_MS

const overtaking = (since: string, now: Date): string =>
  now.getTime() - Date.parse(since) > EPOCH_SPARE_MS
    ? " (for more than five days: days that deletion certificates have named may pass, for the epoch does not turn)"
    : ""

export const POLICY: readonly Check[] = [
  {
    name: "policy.levers",
    ids: ["B-01"],
    asks: "Is the gateway neither isolated nor frozen?",
    look: withConfig((_config, { machine: { levers }, now }) => {
      if (levers.value === null) return unseen(levers.why, "run it as root on the machine itself")
      return noneOf(
        levers.value.map(
          ({ lever, since, by, reason }) =>
            `${lever} since ${since}, by ${by}: ${reason}${overtaking(since, now)}`,
        ),
        "no lever is pulled",
        "whoever pulled it ends it: dokuei isolate FILE --end, dokuei freeze FILE --end",
      )
    }),
  },
  {
    name: "policy.protection",
    ids: ["S-03", "S-21", "S-22"],
    asks: "Is every agreement protected three times: object, channel, both ends?",
    look: withConfig(({ agreements }) => {
      const weaker = agreements.flatMap(({ id, packaging, tls }) => [
        ...(packaging.permission === undefined ? [] : [`${id}: documents in clear, by permission`]),
        ...(packaging.seals === "none" ? [`${id}: no seals`] : []),
        ...(tls === "1.3" ? [] : [`${id}: TLS 1.2 by agreement`]),
      ])
      return noneOf(
        weaker,
        `${agreements.length} agreements: sealed and signed, TLS 1.3, pinned at both ends`,
        "each needs its exception on paper; if it has one, this line is what the inspector compares with it",
      )
    }),
  },
  {
    name: "policy.test-certificates",
    ids: ["S-22", "E-01"],
    asks: "Are certificates of HPKI's test policies refused?",
    look: withConfig(({ trust }) =>
      trust.allowTestPolicies
        ? fault(
            "trust.allowTestPolicies is true: anybody's test card counts as a physician's",
            "set it to false",
          )
        : ok("they are"),
    ),
  },
  {
    name: "policy.devices",
    ids: ["S-65", "N-05", "O-07", "O-08"],
    asks: "Do people log in on registered devices alone?",
    look: withConfig(({ desk }) =>
      desk.devices === "registered"
        ? ok("they do")
        : fault(
            "desk.devices is any: a passkey or card opens the desk on whatever device it comes from",
            "register the devices (docs/people.md) and set desk.devices: registered; where something in front of the desk keeps others out, name it in the house rules",
          ),
    ),
  },
  {
    name: "policy.basis",
    ids: ["S-50", "S-51", "O-01"],
    asks: "Has every agreement a basis in law, and is it in force?",
    look: withConfig(({ agreements }, { now }) => {
      const today = now.toISOString().slice(0, 10)
      return noneOf(
        agreements
          .filter(({ validUntil }) => validUntil < today)
          .map(({ id, validUntil }) => `${id} ended ${validUntil}`),
        agreements
          .map(({ id, legalBasis, validUntil }) => `${id}: ${legalBasis}, until ${validUntil}`)
          .join("; "),
        "renew it on paper and in the configuration, or take it out",
      )
    }),
  },
  {
    name: "policy.exceptions",
    ids: ["S-10"],
    asks: "Is nothing weaker in use than the guidelines want?",
    look: withSite(({ exceptions }) =>
      noneOf(
        exceptions.map(
          ({ measure, contract, approvedBy, until }) =>
            `${measure} for ${contract}, by ${approvedBy}, until ${until}`,
        ),
        "no exception in the site file",
        "replace it before it ends",
      ),
    ),
  },
  {
    name: "policy.contracts",
    ids: ["H-02", "S-50"],
    asks: "Has every tunnel a contract on paper that is in force?",
    look: withSite(({ contracts }) =>
      ok(contracts.map(({ id, number, validUntil }) => `${id}: ${number}, until ${validUntil}`).join("; ")),
    ),
  },
]

export const RETENTION: readonly Check[] = [
  {
    name: "retention.terms",
    ids: ["S-54", "S-60"],
    asks: "Are copies of images at a reading centre temporary?",
    look: withConfig(({ role, agreements }) =>
      noneOf(
        role === "edge"
          ? []
          : agreements
              .filter(({ retention }) => retention.images > LONGEST_COPY_MS)
              .map(({ id, retention }) => `${id}: ${Math.round(retention.images / DAY_MS)} days`),
        agreements
          .map(({ id, retention }) => `${id}: ${Math.round(retention.images / DAY_MS)} days`)
          .join("; "),
        "more than 90 days is external storage: shorten it, or meet the conditions of that",
      ),
    ),
  },
]

export const CONTACTS: readonly Check[] = [
  {
    name: "contacts.reviewed",
    ids: ["S-32", "H-08"],
    asks: "Does every first responder still answer the telephone?",
    look: withSite(({ contacts }, { now }) =>
      noneOf(
        contacts
          .filter(({ reviewedOn }) => now.getTime() - new Date(reviewedOn).getTime() > REVIEWED_WITHIN_MS)
          .map(({ id, reviewedOn }) => `${id} was looked at last on ${reviewedOn}`),
        `${contacts.length} contacts, each looked at within a year`,
        "call them, then set reviewedOn",
      ),
    ),
  },
  {
    name: "contacts.segments",
    ids: ["S-31", "S-02", "S-30", "H-03", "N-01"],
    asks: "Has every segment of the way somebody who answers for it?",
    look: withSite(({ responsibility }) =>
      ok(responsibility.map(({ segment, party }) => `${segment}: ${party}`).join("; ")),
    ),
  },
]
