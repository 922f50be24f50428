/** Command lines as the documents show them, taken apart far enough to be compared with the program's own table. */
import type { Command } from "commander"

/** A quoted string, what ends a command, a comment, or a word. */
const PIECE = /"(?:[^"\\]|\\.)*"|'[^']*'|&&|\|\|?|;|&|\n|\s#.*|\d?[<>]+(?:&\d|\s*\S+)|[^\s"'|;&<>]+/g
const ENDS: ReadonlySet<string> = new Set(["&&", "||", "|", ";", "&", "\n"])

/** The arguments behind each `dokuei` that a shell's text calls; as which user it is called does not matter. */
export function dokueiCalls(shell: string): readonly (readonly string[])[] {
  return commandsOf(shell.replaceAll("\\\n", " ")).flatMap((words) => {
    const at = words.findIndex((word, index) => word === "dokuei" && words[index - 1] !== "-u")
    return at >= 0 && isCall(words.slice(0, at)) ? [words.slice(at + 1)] : []
  })
}

/** In front of a call stands nothing, or who is to run it. */
const isCall = (before: readonly string[]): boolean => before.length === 0 || before[0] === "runuser"

function commandsOf(shell: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]]
  for (const [piece] of shell.matchAll(PIECE))
    if (ENDS.has(piece)) commands.push([])
    else if (!/^(\s#|\d?[<>])/.test(piece)) commands.at(-1)?.push(piece)
  return commands
}

/** What is wrong with such a call by the program's own table; null when it would be taken. Values are not looked at. */
export function faultOf(program: Command, args: readonly string[]): string | null {
  const { command, rest } = found(program, args)
  if (rest[0] === "--version" && command === program) return null
  const unnamed = unnamedIn(program, args)
  if (unnamed !== null) return unnamed
  const { flags, operands } = split(command, rest)
  const lacking = command.options.filter(({ mandatory, long }) => mandatory && !flags.includes(long ?? ""))
  if (lacking.length > 0) return `${command.name()} lacks ${lacking.map((each) => each.flags).join(", ")}`
  const taken = command.registeredArguments
  const least = taken.filter(({ required }) => required).length
  const most = taken.some(({ variadic }) => variadic) ? Infinity : taken.length
  return operands.length >= least && operands.length <= most
    ? null
    : `${command.name()} takes other arguments than ${operands.join(" ")}`
}

/** The same of a call that a sentence names: it may leave out what it is not about. */
export function unnamedIn(program: Command, args: readonly string[]): string | null {
  const { command, rest } = found(program, args)
  if (command.commands.length > 0) return `no command ${rest[0] ?? ""}`
  const known = command.options.map(({ long }) => long)
  const unknown = rest.filter((each) => each.startsWith("--") && !known.includes(each))
  return unknown.length > 0 ? `${command.name()} does not know ${unknown.join(" ")}` : null
}

function found(program: Command, args: readonly string[]): { command: Command; rest: readonly string[] } {
  const next = program.commands.find((each) => each.name() === args[0])
  return next === undefined ? { command: program, rest: args } : found(next, args.slice(1))
}

/** Commander's own parsing would judge values too, and a document has `5F0A…` where only the reader knows it. */
function split(command: Command, args: readonly string[]): { flags: string[]; operands: string[] } {
  const takesValue = (flag: string | undefined): boolean =>
    command.options.some(({ long, required }) => long === flag && required)
  const flags = args.filter((each) => each.startsWith("--"))
  const operands = args.filter((each, index) => !each.startsWith("--") && !takesValue(args[index - 1]))
  return { flags, operands }
}
