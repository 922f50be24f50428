/** Channel, algorithms, clock and the machine itself, as an inspector asks for them (guidelines 2.3, 2.5, 3.1 to 3.4). */
import {
  ASK_AS_ROOT,
  fault,
  noneOf,
  ok,
  unseen,
  withConfig,
  withSite,
  type Check,
  type Finding,
} from "./check.ts"
import type { Told } from "./machine.ts"

const DAY_MS = 86_400_000
const EXPIRES_SOON_MS = 30 * DAY_MS
const notTold = <T>({ why }: Told<T>): Finding => unseen(why, ASK_AS_ROOT)
const PRIVATE_BITS = 0o077

export const TLS: readonly Check[] = [
  {
    name: "tls.versions",
    ids: ["S-01", "N-05", "H-10"],
    asks: "Does the door for partners speak TLS 1.3, and 1.2 only where an agreement says so?",
    look: withConfig(({ agreements }, { machine: { doorVersions } }) => {
      if (doorVersions.value === null) return unseen(doorVersions.why, "start the gateway first")
      const isOlderAgreed = agreements.some(({ tls }) => tls === "ihe-stx")
      const allowed = isOlderAgreed ? ["TLSv1.3", "TLSv1.2"] : ["TLSv1.3"]
      return noneOf(
        doorVersions.value.filter((each) => !allowed.includes(each)).map((each) => `it takes ${each}`),
        `it takes ${doorVersions.value.join(" and ")}`,
        "this is a fault of the gateway: report it",
      )
    }),
  },
  {
    name: "tls.pins",
    ids: ["S-23", "N-06", "N-04"],
    asks: "Is each partner known by the keys of its certificates, not only by their authority?",
    look: withConfig(({ agreements }) =>
      ok(agreements.map(({ id, tlsPins }) => `${id}: ${tlsPins.length} pinned`).join(", ")),
    ),
  },
  {
    name: "tls.certificates",
    ids: ["S-23", "H-08"],
    asks: "Are our own certificates good for another month?",
    look: withConfig((_config, { machine, now }) =>
      noneOf(
        machine.certificates.flatMap(({ path, notAfter }) =>
          notAfter.value === null
            ? [`${path}: ${notAfter.why}`]
            : notAfter.value.getTime() - now.getTime() < EXPIRES_SOON_MS
              ? [`${path} ends ${notAfter.value.toISOString().slice(0, 10)}`]
              : [],
        ),
        `${machine.certificates.length} certificates`,
        "put a new one beside it (docs/keys.md); nothing has to be started anew",
      ),
    ),
  },
]

export const CRYPTO: readonly Check[] = [
  {
    name: "crypto.documents",
    ids: ["S-20", "S-03", "P-03"],
    asks: "Are documents encrypted by algorithms of the CRYPTREC list, and in clear only with written permission?",
    look: withConfig(({ agreements }) => {
      const clear = agreements.filter(({ packaging }) => packaging.permission !== undefined)
      const told = clear.map(
        ({ id, packaging }) =>
          `${id} in clear by ${packaging.permission?.document ?? ""} of ${packaging.permission?.date ?? ""}`,
      )
      return ok([`AES-256-GCM with RSA-OAEP or ECDH`, ...told].join("; "))
    }),
  },
  {
    name: "crypto.secrets",
    ids: ["S-20", "A-03"],
    asks: "Can keys be read by nobody but whom they belong to?",
    look: withConfig((_config, { machine: { secrets } }) =>
      noneOf(
        secrets.flatMap(({ path, mode }) => {
          if (mode.value === null) return [`${path}: ${mode.why}`]
          return (mode.value & PRIVATE_BITS) === 0 ? [] : [`${path} has mode ${mode.value.toString(8)}`]
        }),
        `${secrets.length} files, of their owner alone`,
        "chmod 600, and think about who has read it",
      ),
    ),
  },
]

export const TIME: readonly Check[] = [
  {
    name: "time.offset",
    ids: ["S-41", "L-03"],
    asks: "Is the clock right, by chrony and its sources?",
    look: withConfig(({ time }, { machine: { clock } }) => {
      if (time.check === "none")
        return fault("time.check is none: signatures say what the machine says", "set time.check: chrony")
      if (clock.value === null) return fault(clock.why, "systemctl status chrony; chronyc sources")
      const { boundMs, source } = clock.value
      return boundMs <= time.limit
        ? ok(`right within ${boundMs.toFixed(0)} ms, by ${source}`)
        : fault(`may be ${boundMs.toFixed(0)} ms off`, "nothing is signed meanwhile; chronyc sources")
    }),
  },
  {
    name: "time.sources",
    ids: ["S-41"],
    asks: "Are there at least three sources of time?",
    look: withSite(({ timeServers }) => ok(`${timeServers.length} in the site file`)),
  },
]

export const HOST: readonly Check[] = [
  {
    name: "host.disk",
    ids: ["H-05", "S-61"],
    asks: "Does the data lie on an encrypted volume?",
    look: withConfig(({ dataDir }, { machine: { dataVolume } }) =>
      dataVolume.value === null
        ? notTold(dataVolume)
        : dataVolume.value.isEncrypted
          ? ok(`${dataDir} lies on dm-crypt`)
          : fault(
              `${dataDir} lies on no dm-crypt volume`,
              "images are sealed there all the same; names in the ledger's index are not: move it to a LUKS volume",
            ),
    ),
  },
  {
    name: "host.room",
    ids: ["H-07", "H-08"],
    asks: "Is there room on the disk?",
    look: withConfig(({ disk }, { machine: { dataVolume } }) =>
      dataVolume.value === null
        ? notTold(dataVolume)
        : dataVolume.value.freeMiB >= disk.warnMiB
          ? ok(`${dataVolume.value.freeMiB} MiB free`)
          : fault(
              `${dataVolume.value.freeMiB} MiB free`,
              "make room; below refuseMiB routine images are refused",
            ),
    ),
  },
  {
    name: "host.swap",
    ids: ["S-61"],
    asks: "Does nothing of memory come to a disk in clear?",
    look: ({ machine: { swap } }) =>
      swap.value === null
        ? notTold(swap)
        : swap.value
          ? fault(
              "swap is on",
              "the unit forbids it to the gateway (MemorySwapMax=0); swapoff -a for the rest",
            )
          : ok("no swap"),
  },
  {
    name: "host.wireless",
    ids: ["N-07"],
    asks: "Is the machine on wires alone?",
    look: ({ machine: { wireless } }) =>
      wireless.value === null
        ? notTold(wireless)
        : noneOf(
            wireless.value.map((name) => `${name} is up`),
            "no wireless interface is up",
            "ip link set dev NAME down, and take the card out",
          ),
  },
]
