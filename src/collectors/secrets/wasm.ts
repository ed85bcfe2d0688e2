/** A small assembler: functions over bytes, written as expressions in TypeScript, become a WebAssembly module when they are first needed. */

/** Instructions as bytes. */
export type Code = readonly number[];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >> 7 === ((low & 64) === 0 ? 0 : -1)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const binary =
  (opcode: number) =>
  (left: Code, right: Code): Code => [...left, ...right, opcode];

export const number = (value: number): Code => [0x41, ...signed(value)];
export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const multiply = binary(0x6c);
export const and = binary(0x71);
export const or = binary(0x72);
export const shiftLeft = binary(0x74);
export const shiftRight = binary(0x76);
export const equal = binary(0x46);
export const differ = binary(0x47);
export const less = binary(0x49);
export const more = binary(0x4b);
export const least = (value: Code, bound: number): Code => [...value, ...number(bound), 0x4f];
export const not = (value: Code): Code => [...value, 0x45];
/** `low <= value <= high` in one comparison. */
export const between = (value: Code, low: number, high: number): Code =>
  less(subtract(value, number(low)), number(high - low + 1));

const load =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [...address, opcode, 0, ...unsigned(offset)];
export const byteAt = load(0x2d);
/** Two bytes, at any address. */
export const pairAt = load(0x2f);
export const wordAt = load(0x28);
export const longAt = load(0x29);
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0x36,
  0,
  ...unsigned(offset),
];
export const longAnd = binary(0x83);
export const longOr = binary(0x84);
export const upperHalf = (value: Code): Code => [...value, 0x42, 32, 0x88];
export const lowerHalf = (value: Code): Code => [...value, 0xa7];

/** Sixteen bytes: what stands at an address, the same sixteen always, and what can be made of both. */
const vector =
  (opcode: number) =>
  (...values: readonly Code[]): Code => [...values.flat(), 0xfd, ...unsigned(opcode)];
export const sixteenAt = (address: Code): Code => [...address, 0xfd, 0, 0, 0];
export const sixteen = (bytes: Uint8Array): Code => [0xfd, 12, ...bytes];
/** Of each byte the one that stands at its number, of the first sixteen. */
export const lookUp = vector(14);
export const bytesDiffer = vector(36);
export const bytesAnd = vector(78);
/** In words of 32 bits. */
export const wordsShiftRight = vector(173);
/** A bit for the highest bit of each byte. */
export const bitsOf = vector(100);

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [...value, 0x21, local];
export const give = (value: Code): Code => [...value, 0x0f];
export const call = (callee: number, ...values: readonly Code[]): Code => [...values.flat(), 0x10, callee];
export const when = (condition: Code, ...then: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...then.flat(),
  0x0b,
];
/** Runs the body as long as the condition holds. */
export const loop = (condition: Code, ...body: readonly Code[]): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...condition, 0x45, 0x0d, 1],
  ...body.flat(),
  ...[0x0c, 0, 0x0b, 0x0b],
];

/** Takes and gives whole numbers of 32 bits; parameters come first, then locals, then locals of 64 bits. */
export interface Routine {
  readonly name: string;
  readonly parameters: number;
  readonly locals: number;
  readonly longs?: number;
  readonly body: readonly Code[];
}

const NUMBER = 0x7f;
const LONG = 0x7e;

function section(id: number, parts: readonly Code[]): Code {
  const content = [...unsigned(parts.length), ...parts.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): Code {
  const bytes = [...Buffer.from(value, 'latin1')];
  return [...unsigned(bytes.length), ...bytes];
}

function codeOf({ locals, longs = 0, body }: Routine): Code {
  // what falls off the end gives 0
  const content = [2, ...unsigned(locals), NUMBER, ...unsigned(longs), LONG, ...body.flat(), ...number(0), 0x0b];
  return [...unsigned(content.length), ...content];
}

/** The module; all routines can be called from outside, and the memory is `memory`. */
export function assemble(routines: readonly Routine[], pages: number): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      routines.map(({ parameters }) => [0x60, parameters, ...Array<number>(parameters).fill(NUMBER), 1, NUMBER]),
    ),
    ...section(
      3,
      routines.map((_, at) => unsigned(at)),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...text('memory'), 2, 0], ...routines.map(({ name }, at) => [...text(name), 0, ...unsigned(at)])]),
    ...section(
      10,
      routines.map((routine) => codeOf(routine)),
    ),
  ]);
}
