/**
 * Octets bent the way a broken or hostile device bends them: bits flipped, lengths that lie, ends cut off, items twice, items
 * inside items, and pieces of two inputs sewn together. The same dice bend the same way.
 */

export type Dice = () => number

export const below = (dice: Dice, limit: number): number => Math.floor(dice() * limit)
const pick = <T>(dice: Dice, from: readonly T[]): T => from[below(dice, from.length)]!

/** A piece of `bytes` that is likely to be an item or element: short, anywhere. */
function piece(dice: Dice, bytes: Buffer): Buffer {
  const start = below(dice, bytes.length)
  return bytes.subarray(start, start + 1 + below(dice, 64))
}

const insert = (bytes: Buffer, at: number, what: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)])

type Bend = (bytes: Buffer, other: Buffer, dice: Dice) => Buffer

/** Lengths that are off by one, none, all there is, and more than there can be. */
const LIES = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xfffe, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff]

const BENDS = {
  "bits flipped": (bytes, _other, dice) => {
    const bent = Buffer.from(bytes)
    for (let times = 1 + below(dice, 8); times > 0; times--) {
      const at = below(dice, bent.length)
      bent[at] = bent[at]! ^ (1 << below(dice, 8))
    }
    return bent
  },
  "a length lies": (bytes, _other, dice) => {
    const bent = Buffer.from(bytes)
    const lie = pick(dice, LIES)
    const isWide = dice() < 0.5
    if (bent.length < 4) return bent
    const at = below(dice, bent.length - 3)
    const isBig = dice() < 0.5
    if (isWide && isBig) bent.writeUInt32BE(lie, at)
    else if (isWide) bent.writeUInt32LE(lie, at)
    else if (isBig) bent.writeUInt16BE(lie & 0xffff, at)
    else bent.writeUInt16LE(lie & 0xffff, at)
    return bent
  },
  "cut off": (bytes, _other, dice) => bytes.subarray(0, below(dice, bytes.length)),
  "a piece twice": (bytes, _other, dice) => insert(bytes, below(dice, bytes.length), piece(dice, bytes)),
  "a piece within itself": (bytes, _other, dice) => {
    const inner = piece(dice, bytes)
    let nested = inner
    for (let depth = below(dice, 200); depth > 0; depth--)
      nested = Buffer.concat([inner.subarray(0, 8), nested])
    return insert(bytes, below(dice, bytes.length), nested)
  },
  "sewn together": (bytes, other, dice) =>
    Buffer.concat([bytes.subarray(0, below(dice, bytes.length)), other.subarray(below(dice, other.length))]),
  "a piece of the other": (bytes, other, dice) =>
    insert(bytes, below(dice, bytes.length), piece(dice, other)),
} as const satisfies Readonly<Record<string, Bend>>

/** One to three bends of `bytes`, with `other` to sew from. */
export function mutated(bytes: Buffer, other: Buffer, dice: Dice): Buffer {
  let bent = bytes
  for (let times = 1 + below(dice, 3); times > 0 && bent.length > 0; times--)
    bent = pick<Bend>(dice, Object.values(BENDS))(bent, other, dice)
  return bent
}

/** The PDUs of a recorded stream, as long as their headers say. */
export function pdusIn(stream: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at + 6 <= stream.length;) {
    const end = at + 6 + stream.readUInt32BE(at + 2)
    found.push(stream.subarray(at, end))
    at = end
  }
  return found
}

/** With the length of what it has become, so that what is inside is read. */
function relength(pdu: Buffer): Buffer {
  const right = Buffer.from(pdu)
  if (right.length >= 6) right.writeUInt32BE(right.length - 6, 2)
  return right
}

/**
 * A conversation one of whose pieces is bent, doubled, dropped or exchanged for one of another conversation.
 *
 * @param mend makes a bent piece one that is read to its end
 */
export function mutatedTalk(
  talk: readonly Buffer[],
  other: readonly Buffer[],
  dice: Dice,
  mend: (piece: Buffer) => Buffer = relength,
): Buffer {
  const bent = [...talk]
  const at = below(dice, bent.length)
  const way = dice()
  if (way < 0.08) bent.splice(at, 0, bent[at]!)
  else if (way < 0.16) bent.splice(at, 1)
  else if (way < 0.24) bent[at] = pick(dice, other)
  else {
    const piece = mutated(bent[at]!, pick(dice, other), dice)
    // Half of them keep the frame: else nothing behind the first length would ever be read.
    bent[at] = dice() < 0.5 ? mend(piece) : piece
  }
  return Buffer.concat(bent)
}
