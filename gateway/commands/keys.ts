/** `dokuei keys …`: what a person says about keys that lie in tokens. */
import { Command } from "commander"
import { loadConfig } from "../config/load.ts"
import { refusedPinsFolder } from "../foundation/own-keys.ts"
import { refusedPins } from "../storage/keys/pkcs11/refused-pins.ts"

export const keysCommand = (): Command =>
  new Command("keys")
    .description("keys in PKCS#11 tokens")
    .addCommand(
      new Command("retry-pin")
        .description("the PIN of pinFile may be tried once more, although its token has refused it")
        .argument("<file>", "configuration")
        .action(retryPin),
    )

async function retryPin(file: string): Promise<void> {
  const config = loadConfig(file, "unseen")
  const pins = refusedPins(refusedPinsFolder(config))
  for (const use of ["seal", "object"] as const) {
    const { pkcs11 } = config.keys[use]
    if (pkcs11 === undefined) continue
    const wasRefused = await pins.forget(pkcs11)
    const told = wasRefused ? "will be tried once more" : "was not refused"
    process.stdout.write(`keys.${use}: the PIN of token ${pkcs11.token} ${told}\n`)
  }
}
