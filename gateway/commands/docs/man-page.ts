/** `dokuei(1)`: the manual page, printed from the command line's own tree. roff with the macros of man(7). */
import type { Argument, Command, Option } from "commander"
import { EXIT } from "../../exit.ts"

/** Text for roff: nothing in it is taken for a request or an escape; hyphens can be copied into a shell. */
const roff = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^([.'])/gm, "\\&$1")
const bold = (text: string): string => `\\fB${roff(text)}\\fR`
const italic = (text: string): string => `\\fI${roff(text)}\\fR`

/** The whole page; `date` (YYYY-MM-DD) and `version` stand at its foot. */
export function manPage(program: Command, { date, version }: { date: string; version: string }): string {
  return [
    `.TH DOKUEI 1 "${date}" "dokuei ${version}" "User Commands"`,
    ".SH NAME",
    `dokuei \\- ${roff(lowerFirst(program.description()))}`,
    ".SH SYNOPSIS",
    `.B dokuei\n${italic("command")} [${italic("arguments")}]`,
    ".SH COMMANDS",
    ...program.commands.flatMap((command) => section(command, "dokuei")),
    ".SH EXIT STATUS",
    ...Object.values(EXIT).map(({ code, meaning }) => `.TP\n.B ${code}\n${roff(meaning)}`),
    ".SH FILES",
    ...FILES.map(([path, what]) => `.TP\n.I ${roff(path)}\n${roff(what)}`),
    ".SH SEE ALSO",
    ".BR systemctl (1),\n.BR systemd\\-creds (1)",
    "",
  ].join("\n")
}

const FILES = [
  [
    "/etc/dokuei/edge.yaml, /etc/dokuei/center.yaml",
    "configuration of a hospital's and of a reading centre's gateway",
  ],
  ["/var/lib/dokuei-edge, /var/lib/dokuei-center", "images, ledger, people and audit trail"],
  ["/usr/share/doc/dokuei", "documentation, example configurations, parts list"],
] as const

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** A command with its own options; one that only gathers others is left to them. */
function section(command: Command, above: string): string[] {
  const name = `${above} ${command.name()}`
  const own = [`.SS ${name}${usage(command)}`, roff(command.description()), ...command.options.map(option)]
  return [...own, ...command.commands.flatMap((each) => section(each, name))]
}

function usage(command: Command): string {
  return command.registeredArguments.map((argument) => ` ${argumentText(argument)}`).join("")
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "…" : ""}`
  return argument.required ? name : `[${name}]`
}

function option({ flags, description, defaultValue, defaultValueDescription }: Option): string {
  // The words for a default that differs between machines.
  const value: unknown = defaultValueDescription ?? defaultValue
  const said = typeof value === "string" || typeof value === "number" ? ` (default ${value})` : ""
  return `.TP\n${bold(flags)}\n${roff(description + said)}`
}
