/** Completion for bash, printed from the command line's own tree: commands, then options, then files. */
import type { Command } from "commander"

/** A script for /usr/share/bash-completion/completions/dokuei. */
export function bashCompletion(program: Command): string {
  const words = wordsOf(program, "")
  const paths = [...words.keys()].filter((path) => path !== "").map((path) => `"${path}"`)
  return `# Printed from the program; do not edit.
_dokuei() {
  local path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${paths.join(" | ")}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${[...words].map(([path, each]) => `    "${path}") words="${each.join(" ")}" ;;`).join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
# Where no word of ours fits, bash offers files.
complete -o default -F _dokuei dokuei
`
}

/** Path of a command (" pki demo") → what may follow it. */
function wordsOf(command: Command, path: string): Map<string, readonly string[]> {
  const options = command.options.flatMap(({ long, short }) => [long ?? short ?? []].flat())
  const own: [string, string[]] = [
    path,
    [...command.commands.map((each) => each.name()), ...options, "--help"],
  ]
  const below = command.commands.flatMap((each) => [...wordsOf(each, `${path} ${each.name()}`)])
  return new Map([own, ...below])
}
