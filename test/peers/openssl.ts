/** The real openssl, as a peer: run with arguments in a folder of its own. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Run {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** A temporary folder with files in it; `run` starts a program there. */
export class Bench {
  readonly directory = mkdtempSync(join(tmpdir(), "dokuei-peer-"))

  write(name: string, content: Uint8Array | string): string {
    const path = join(this.directory, name)
    writeFileSync(path, content)
    return path
  }

  read(name: string): Buffer {
    return readFileSync(join(this.directory, name))
  }

  run(program: string, ...args: readonly string[]): Run {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.directory, maxBuffer: 1 << 28 })
    return { status, stdout, stderr: stderr.toString() }
  }

  openssl(...args: readonly string[]): Run {
    return this.run("openssl", ...args)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
