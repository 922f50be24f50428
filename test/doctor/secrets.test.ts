import assert from "node:assert/strict"
import { secretsOf } from "../../gateway/commands/doctor/probe.ts"
import type { Config } from "../../gateway/config/schema.ts"

describe("secrets whose files the doctor looks at", () => {
  it("are keys, those that are retired, PINs of tokens, and what the gateway logs in with at others", () => {
    const token = { module: "/usr/lib/p11.so", token: "t", pinFile: "/etc/pin" }
    const config = {
      keys: {
        passphraseFile: "/etc/passphrase",
        seal: { pkcs11: token },
        object: { pkcs11: token },
        tls: { key: "/etc/tls.key", chain: "/etc/tls.pem" },
        retired: [{ key: "/etc/old.key", chain: "/etc/old.pem" }],
        signingService: { clientSecretFile: "/etc/client" },
      },
      mail: { server: { passwordFile: "/etc/mail" } },
      directory: { passwordFile: "/etc/directory" },
    }
    assert.deepEqual(secretsOf(config as unknown as Config), [
      "/etc/passphrase",
      "/etc/pin",
      "/etc/tls.key",
      "/etc/old.key",
      "/etc/client",
      "/etc/mail",
      "/etc/directory",
    ])
    assert.deepEqual(secretsOf(null), [])
  })
})
