/**
 * Every requirement of the guidelines' matrix, and where the evidence for it is: a check of this machine, tests of the product,
 * people, or nothing yet. `docs/requirements.md` is printed from it. The words are ours, in short; the guidelines' count.
 */

export interface Requirement {
  readonly id: string
  readonly asks: string
  /** Suites of this repository that show it. */
  readonly tests?: readonly string[]
  /** What people do about it, who are named in the site's own papers. */
  readonly people?: string
  /** What the product lacks of it, said openly. */
  readonly lacks?: string
}

const row = (id: string, asks: string, by: Omit<Requirement, "id" | "asks"> = {}): Requirement => ({
  id,
  asks,
  ...by,
})

/** A requirement that a check names (`checks.ts`) needs nothing more here. */
export const REQUIREMENTS: readonly Requirement[] = [
  row("S-01", "against eavesdropping, tampering and impersonation"),
  row("S-02", "no gap of responsibility", { tests: ["test/roads/accountability.test.ts"] }),
  row("S-03", "object security, channel security and mutual authentication, all three"),
  row("S-04", "open networks after the HEASNET report", { tests: ["test/site/measures.test.ts"] }),
  row("S-10", "only to the intended destination: IPsec with IKE", { tests: ["test/site/measures.test.ts"] }),
  row("S-11", "path separation", {
    tests: ["test/site/measures.test.ts"],
    people: "cabling and the carrier's contract",
  }),
  row("S-12", "route control between VPNs", { tests: ["test/site/measures.test.ts"] }),
  row("S-13", "no illicit relay between VPNs", { tests: ["test/site/measures.test.ts"] }),
  row("S-14", "zone separation", { tests: ["test/site/measures.test.ts"], people: "VLANs and switches" }),
  row("S-20", "ciphers of the e-Government list", { tests: ["test/standards/algorithms/table.test.ts"] }),
  row("S-21", "electronic signature and time stamp", {
    tests: ["test/journey/report-signature.test.ts", "test/journey/signing.test.ts"],
    people: "contract with an accredited time-stamp authority",
  }),
  row("S-22", "HPKI certificates of qualified persons", {
    tests: ["test/journey/report-signature.test.ts", "test/journey/people/bind.test.ts"],
    people: "two people compare each reader's certificate with the card",
  }),
  row("S-23", "mutual authentication of both ends", { tests: ["test/actors/secure-node/tls.test.ts"] }),
  row("S-30", "where responsibility passes from one to the other", {
    tests: ["test/journey/delivery.test.ts"],
  }),
  row("S-31", "demarcation along the path", { people: "the contracts behind the site file's table" }),
  row("S-32", "first responder for accidents", { people: "a telephone that is answered" }),
  row("S-40", "ATNA: node authentication and audit", { tests: ["test/roads/accountability.test.ts"] }),
  row("S-41", "CT: consistent time", { tests: ["test/roads/clock.test.ts"] }),
  row("S-42", "XUA", { tests: ["test/journey/asserted.test.ts"] }),
  row("S-43", "EUA and PWP", {
    tests: ["test/actors/directory-client"],
    lacks: "no single sign-on (EUA): people enter with passkeys or cards",
  }),
  row("S-44", "BPPC", {
    tests: ["test/journey/consent.test.ts"],
    people: "consents are asked for by people",
  }),
  row("S-45", "DSG", { tests: ["test/standards/dsg/verify.test.ts"] }),
  row("S-46", "notification without patient data", { tests: ["test/roads/mail.test.ts"] }),
  row("S-47", "policy of the affinity domain", {
    people: "the policy is adopted by the parties",
    lacks: "no filled-in template is shipped",
  }),
  row("S-48", "no shared repository behind XDR", { tests: ["test/roads/wire.test.ts"] }),
  row("S-50", "entrustment, and the hospital's supervision", { people: "contract and supervision record" }),
  row("S-51", "third-party provision", {
    people: "consent or law is made sure of before an agreement names it",
  }),
  row("S-52", "joint use", { people: "not offered" }),
  row("S-53", "nothing but reading is done with what is kept", {
    tests: ["test/journey/audit.test.ts"],
    people: "clause of the contract",
  }),
  row("S-54", "long-term storage at the centre"),
  row("S-60", "terms are the hospital's", { tests: ["test/journey/retention.test.ts"] }),
  row("S-61", "stored data do not leak", {
    tests: ["test/roads/canary.test.ts", "test/journey/retention.test.ts"],
  }),
  row("S-62", "sensitive items", {
    people: "classes are agreed on paper",
    lacks: "no class of its own in an agreement",
  }),
  row("S-63", "proof of deletion", { tests: ["test/journey/certificate.test.ts"] }),
  row("S-64", "legal hold", { lacks: "no hold: a term ends when it was agreed to end" }),
  row("S-65", "mobile reading", {
    tests: ["test/roads/browser.test.ts", "test/actors/desks/device-browser.test.ts"],
    people: "rules for devices",
  }),
  row("H-01", "notification of relay points", { people: "there is none" }),
  row("H-02", "contract and service specification"),
  row("H-03", "scope of service and responsibility"),
  row("H-04", "handling of customers' information", {
    people: "privacy policy",
    lacks: "no inventory is printed",
  }),
  row("H-05", "physical security of sites", { people: "the site itself" }),
  row("H-06", "security of facilities", { tests: ["test/systemd"], people: "patching" }),
  row("H-07", "business continuity", {
    tests: ["test/roads/kill.test.ts", "test/roads/restore.test.ts", "test/roads/drill.test.ts"],
    people: "the plan and its drills",
  }),
  row("H-08", "monitoring and contacts", {
    tests: ["test/actors/machine-room/machine-room.test.ts"],
    people: "whoever is on call",
  }),
  row("H-09", "communication only as agreed", { tests: ["test/site/measures.test.ts"] }),
  row("H-10", "proper encryption of communication", { tests: ["test/site/measures.test.ts"] }),
  row("H-11", "product information of the terminating device", {
    people: "the disclosure sheet (MDS) is handed over",
    lacks: "no MDS sheet is printed",
  }),
  row("H-12", "security from the device's place on", { people: "the hospital's own network" }),
  row("N-01", "demarcation of network use is reported"),
  row("N-02", "a network whose path is controlled", {
    people: "choice of the line",
    tests: ["test/site/measures.test.ts"],
  }),
  row("N-03", "range of channel security is confirmed with the carrier", { people: "asked in writing" }),
  row("N-04", "sender and receiver confirm each other", { tests: ["test/actors/secure-node/tls.test.ts"] }),
  row("N-05", "TLS 1.3 with client certificates", {
    tests: ["test/actors/desks/devices.test.ts"],
    people: "settings of reading terminals; a tablet's certificate or VPN is the operator's own",
  }),
  row("N-06", "mutual authentication with an external store"),
  row("N-07", "no wireless network"),
  row("N-08", "the network is watched", { people: "counters and alarms are reviewed" }),
  row("A-01", "two factors for every person", { tests: ["test/actors/desks"] }),
  row("A-02", "passwords", { people: "there are none: passkeys and cards alone" }),
  row("A-03", "no secret in clear, none from the factory", { tests: ["test/roads/canary.test.ts"] }),
  row("A-04", "rights by role", {
    tests: ["test/actors/desks"],
    people: "periodic review of accounts",
    lacks: "no report of accounts not used",
  }),
  row("A-05", "session and lock", { tests: ["test/actors/desks"] }),
  row("A-06", "access in emergencies", { lacks: "no break-glass access" }),
  row("L-01", "who opened what", {
    tests: ["test/roads/accountability.test.ts"],
    people: "logs are reviewed",
  }),
  row("L-02", "logs cannot be altered", { tests: ["test/storage/trail"] }),
  row("L-03", "trustworthy time"),
  row("L-04", "audit plan", { people: "plan and review", lacks: "no monthly review report is printed" }),
  row("L-05", "logs are kept five years", { people: "storage of the copy", tests: ["test/storage/trail"] }),
  row("L-06", "remote maintenance", {
    people: "work plan and approval",
    lacks: "no maintenance session with ticket and time box",
  }),
  row("B-01", "isolate, freeze, restore", {
    tests: [
      "test/roads/levers.test.ts",
      "test/site/isolation.test.ts",
      "test/commands/incident",
      "test/roads/restore.test.ts",
      "test/commands/backup",
    ],
    people: "whoever decides it, by name",
  }),
  row("B-02", "several generations by several methods", {
    tests: ["test/commands/backup"],
    people: "media are swapped, one of them is kept elsewhere",
  }),
  row("B-03", "fixed data are write-protected", { tests: ["test/storage/spool", "test/commands/backup"] }),
  row("B-04", "what an emergency needs is in the house", { tests: ["test/roads/road.test.ts"] }),
  row("B-05", "a backup is looked at before it is put back", {
    people: "scan",
    tests: ["test/commands/backup"],
  }),
  row("B-06", "nothing executable in what comes in", {
    tests: ["test/roads/abuse.test.ts", "test/roads/abuse-submissions.test.ts"],
  }),
  row("B-07", "vulnerabilities and parts", {
    tests: ["test/commands/sbom.test.ts"],
    people: "the parts list (`dokuei sbom`) is looked through, updates are applied",
  }),
  row("B-08", "incidents are reported", { people: "the report", lacks: "no incident form" }),
  row("E-01", "signatures of qualified persons", {
    tests: ["test/journey/report-signature.test.ts"],
    people: "choice of certificates",
  }),
  row("E-02", "accredited time stamps, kept effective", {
    tests: ["test/standards/dsg/archive.test.ts"],
    people: "contract with the authority",
  }),
  row("E-03", "each document can be verified by itself", { tests: ["test/standards/dsg/verify.test.ts"] }),
  row("E-04", "everything for verification is collected and stamped", {
    tests: ["test/standards/dsg/long-term.test.ts"],
  }),
  row("O-01", "material for the hospital's accountability", { tests: ["test/roads/accountability.test.ts"] }),
  row("O-02", "responsibility between several providers", { people: "contracts" }),
  row("O-03", "selection of an external store", {
    people: "declarations and certificates of the reading centre",
  }),
  row("O-04", "where data lie", { people: "the address in the agreement" }),
  row("O-05", "no use beyond the contract", { people: "contract, list of sub-contractors" }),
  row("O-06", "end of service", {
    people: "the last certificates",
    tests: ["test/journey/retention.test.ts"],
    lacks: "no off-boarding command",
  }),
  row("O-07", "reading from home", {
    tests: ["test/roads/browser.test.ts", "test/actors/desks/devices.test.ts"],
    people: "rules for devices and networks",
  }),
  row("O-08", "information taken out", {
    tests: ["test/roads/media.test.ts", "test/actors/desks/devices.test.ts"],
    people: "procedure and loss",
  }),
  row("P-01", "breaches are reported", {
    people: "the report",
    lacks: "no list of affected patients is printed",
  }),
  row("P-02", "the trustee tells the entruster", {
    people: "notice by the reading centre",
    lacks: "no automatic notice",
  }),
  row("P-03", "encrypted and key safe"),
  row("P-04", "supervision", { people: "the hospital" }),
  row("P-05", "requests of patients", { people: "the hospital" }),
  row("P-06", "no more data than needed", { tests: ["test/roads/canary.test.ts"] }),
]
