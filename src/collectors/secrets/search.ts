/**
 * The inner loops of the scanner, as a WebAssembly program over one memory: every byte of every file passes here. For keywords a
 * table asked by pairs of bytes rules out nearly all places; then keywords are compared; then what must stand around one is looked
 * for, so that few hits reach the rules. Encoded runs are told by how they begin. What is ruled out here would be refused later.
 */
import {
  add,
  and,
  assemble,
  between,
  bitsOf,
  byteAt,
  bytesAnd,
  bytesDiffer,
  call,
  differ,
  equal,
  get,
  give,
  least,
  less,
  longAnd,
  longOr,
  longAt,
  lookUp,
  loop,
  lowerHalf,
  more,
  multiply,
  not,
  number,
  or,
  pairAt,
  set,
  shiftLeft,
  shiftRight,
  sixteen,
  sixteenAt,
  store,
  subtract,
  upperHalf,
  when,
  wordAt,
  wordsShiftRight,
  type Code,
  type Routine,
} from './wasm.ts';
import {
  CLOSER,
  KIND,
  MAX_AUTHORITY,
  MAX_NAME,
  MAX_VALUE,
  NAME,
  OPENER,
  SEPARATOR,
  SPACE,
  TOKEN,
} from './assignment.ts';
import { BASE64_DIGITS, ENCODING_OF, ENCODINGS, isStrange, LONGEST_RUN, SHORTEST_RUN } from './encodings.ts';

/** What must hold around a keyword for one of its rules to look there; any of them. With `mixed` an assigned value holds a digit. */
export const GATES = { notInWord: 1, assigned: 2, authority: 4, none: 8, named: 16, mixed: 32 } as const;

export const MEMORY = {
  /** Tables by byte: of names and values, of encodings, of base64 digits, of what is no text. */
  kinds: 0,
  encodings: 256,
  digits: 512,
  strange: 768,
  /** How many bytes of findings there are. */
  count: 1024,
  places: 2048,
  found: 32 * 1024,
  foundEnd: 96 * 1024,
  /** What depends on the keywords and the texts. */
  rest: 128 * 1024,
} as const;
/** Places are gathered for so many bytes at a time: they stay in the processor's nearest cache. */
const BLOCK = 4096;
/** Of the first three letters of a keyword, whatever their case. */
const HASH_BITS = 12;
export const SLOTS = 1 << HASH_BITS;
const MIX = 0x9e3779b1;
const FOLD = 0x202020;

/** Behind the beginnings of the slots stand the letters that go on. */
export const NEXT = (SLOTS + 2) * 4;

export function slotOf(three: number): number {
  return Math.imul(three | FOLD, MIX) >>> (32 - HASH_BITS);
}

/** A keyword in memory: where its text stands (its masks of case after it), length, gates, length of the shortest value and of the shortest run, number. */
export const RECORD = { text: 0, length: 4, gates: 6, shortest: 7, number: 8, run: 12, size: 16 } as const;

const isLetter = (byte: Code): Code => between(or(byte, number(0x20)), 0x61, 0x7a);
const isUpper = (byte: Code): Code => between(byte, 0x41, 0x5a);
const isLower = (byte: Code): Code => between(byte, 0x61, 0x7a);
const kindOf = (address: Code, kinds: number): Code => and(byteAt(byteAt(address), MEMORY.kinds), number(kinds));
const isDigit = (byte: Code): Code => between(byte, 0x30, 0x39);
const increase = (local: number, by = 1): Code => set(local, add(get(local), number(by)));
const both = (one: Code, other: Code): Code => [...one, 0x04, 0x7f, ...other, 0x05, ...number(0), 0x0b];

/** A token of `run` letters at least begins here: no letter or digit before it, unless that may be the end of an escape. */
const notInWord: Routine = (() => {
  const [start, limit, run, at] = [0, 1, 2, 3];
  const before = byteAt(subtract(get(start), number(1)));
  const stands = (byte: number, back: number): Code => equal(byteAt(subtract(get(start), number(back))), number(byte));
  // `\n`, `%0a`, `\u000a`
  const isEscape = or(or(stands(0x5c, 2), stands(0x25, 3)), stands(0x5c, 6));
  return {
    name: 'notInWord',
    parameters: 3,
    locals: 1,
    body: [
      when(
        both(or(isLetter(before), isDigit(before)), not(isEscape)),
        // `ESC[0;31m`
        set(at, subtract(get(start), number(2))),
        when(differ(before, number(0x6d)), give(number(0))),
        loop(
          both(less(subtract(get(start), get(at)), number(13)), differ(byteAt(get(at)), number(0x1b))),
          increase(at, -1),
        ),
        when(differ(byteAt(get(at)), number(0x1b)), give(number(0))),
      ),
      set(at, get(start)),
      loop(
        less(subtract(get(at), get(start)), get(run)),
        when(not(both(less(get(at), get(limit)), kindOf(get(at), TOKEN))), give(number(0))),
        increase(at),
      ),
      give(number(1)),
    ],
  };
})();

/** Goes to the beginning of the identifier. */
const backToName = (at: number, start: number): readonly Code[] => [
  set(at, get(start)),
  loop(
    both(less(subtract(get(start), get(at)), number(MAX_NAME)), kindOf(subtract(get(at), number(1)), NAME)),
    increase(at, -1),
  ),
];

/** How far behind a name its value can begin: separators, blanks after a tag, brackets and quotes. */
const VALUE_REACH = MAX_NAME + 84;

/** A name begins here, and behind it stands what may be a value of `shortest` letters at least, with a digit where `mixed` asks for one. */
const assigned: Routine = (() => {
  const [start, end, limit, shortest, mixed, at, last, run, digits] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const before = byteAt(subtract(get(start), number(1)));
  const isToken = shiftRight(kindOf(get(at), TOKEN), number(Math.log2(TOKEN)));
  // the digit may be the last of a long value
  const goesOn = and(get(run), less(get(at), add(get(last), number(MAX_VALUE))));
  return {
    name: 'assigned',
    parameters: 5,
    locals: 4,
    body: [
      when(both(isLetter(before), not(and(isUpper(byteAt(get(start))), isLower(before)))), give(number(0))),
      set(at, get(end)),
      set(last, add(get(end), number(MAX_NAME))),
      when(more(get(last), get(limit)), set(last, get(limit))),
      loop(both(less(get(at), get(last)), kindOf(get(at), NAME | SPACE | OPENER | CLOSER)), increase(at)),
      when(
        not(both(less(get(at), get(last)), kindOf(get(at), SEPARATOR))),
        // `--password VALUE`
        ...backToName(at, start),
        when(differ(byteAt(get(at)), number(0x2d)), give(number(0))),
      ),
      when(not(get(shortest)), give(number(1))),
      set(at, get(end)),
      set(last, add(add(get(end), number(VALUE_REACH)), get(shortest))),
      when(more(get(last), get(limit)), set(last, get(limit))),
      loop(
        both(less(get(at), get(limit)), or(less(get(at), get(last)), both(get(mixed), goesOn))),
        set(run, multiply(add(get(run), number(1)), isToken)),
        set(digits, multiply(or(get(digits), isDigit(byteAt(get(at)))), isToken)),
        when(not(or(less(get(run), get(shortest)), less(get(digits), get(mixed)))), give(number(1))),
        increase(at),
      ),
    ],
  };
})();

/** The word is the last segment of its identifier, and what follows assigns: what `isSegment` and `belongsTo` hold, or nearly. */
const named: Routine = (() => {
  const [start, end, limit, at, before, after] = [0, 1, 2, 3, 4, 5];
  const first = byteAt(get(start));
  const byte = byteAt(get(at));
  const isCamel = both(both(isUpper(first), isLower(byteAt(get(start), 1))), isLower(get(before)));
  const isComma = equal(byte, number(0x2c));
  const isPlural = equal(or(get(after), number(0x20)), number(0x73));
  const isHump = both(isLower(byteAt(subtract(get(end), number(1)))), isUpper(get(after)));
  return {
    name: 'named',
    parameters: 3,
    locals: 3,
    body: [
      set(before, byteAt(subtract(get(start), number(1)))),
      when(both(isLetter(get(before)), not(isCamel)), give(number(0))),
      set(at, get(end)),
      when(
        both(less(get(at), get(limit)), kindOf(get(at), NAME)),
        set(after, byte),
        when(both(isLetter(get(after)), not(or(isPlural, isHump))), give(number(0))),
        increase(at),
        when(both(less(get(at), get(limit)), kindOf(get(at), NAME)), give(number(0))),
      ),
      loop(both(less(get(at), get(limit)), kindOf(get(at), SPACE | OPENER | CLOSER)), increase(at)),
      when(not(less(get(at), get(limit))), give(number(0))),
      // no call, no alternative; after a comma only what stands behind a literal
      when(both(isComma, kindOf(subtract(get(at), number(1)), SPACE | OPENER)), give(number(1))),
      when(
        both(kindOf(get(at), SEPARATOR), not(or(isComma, or(equal(byte, number(0x28)), equal(byte, number(0x7c)))))),
        give(number(1)),
      ),
      // `token string =`, `.=`
      when(
        both(
          kindOf(subtract(get(at), number(1)), SPACE),
          or(kindOf(get(at), NAME), or(equal(byte, number(0x2a)), equal(byte, number(0x26)))),
        ),
        give(number(1)),
      ),
      when(equal(byte, number(0x2e)), give(number(1))),
      ...backToName(at, start),
      give(equal(byteAt(get(at)), number(0x2d))),
    ],
  };
})();

/** Behind `://` stand a colon and an `@` before the authority ends. */
const authority: Routine = (() => {
  const [at, limit, last, byte, colon] = [0, 1, 2, 3, 4];
  return {
    name: 'authority',
    parameters: 2,
    locals: 3,
    body: [
      set(last, add(get(at), number(MAX_AUTHORITY))),
      when(more(get(last), get(limit)), set(last, get(limit))),
      loop(
        less(get(at), get(last)),
        set(byte, byteAt(get(at))),
        when(less(get(byte), number(0x21)), give(number(0))),
        when(or(equal(get(byte), number(0x22)), equal(get(byte), number(0x27))), give(number(0))),
        // the host ends here, and there was no user
        when(both(equal(get(byte), number(0x2f)), not(get(colon))), give(number(0))),
        when(both(equal(get(byte), number(0x40)), get(colon)), give(number(1))),
        when(equal(get(byte), number(0x3a)), set(colon, number(1))),
        increase(at),
      ),
    ],
  };
})();

/** The places in `[at, stop)` where a keyword may begin: their first and second pair agree on a group. Gives the end of the list. */
const places: Routine = (() => {
  const [table, at, stop, out, one, two, three, four, five, six] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const groups = (offset: number): Code => longAt(add(get(table), shiftLeft(pairAt(get(at), offset), number(3))));
  // a place is written before it is known to count: the loop has no branch that the processor could guess wrong
  const note = (place: Code, here: number, after: number): readonly Code[] => [
    store(get(out), place),
    set(
      out,
      add(get(out), shiftLeft(differ(lowerHalf(longAnd(get(here), upperHalf(get(after)))), number(0)), number(2))),
    ),
  ];
  return {
    name: 'places',
    parameters: 3,
    locals: 1,
    longs: 6,
    body: [
      set(out, number(MEMORY.places)),
      set(one, groups(0)),
      set(two, groups(1)),
      loop(
        less(get(at), get(stop)),
        set(three, groups(2)),
        set(four, groups(3)),
        set(five, groups(4)),
        set(six, groups(5)),
        // most often none of four places counts
        when(
          lowerHalf(
            longOr(
              longOr(longAnd(get(one), upperHalf(get(three))), longAnd(get(two), upperHalf(get(four)))),
              longOr(longAnd(get(three), upperHalf(get(five))), longAnd(get(four), upperHalf(get(six)))),
            ),
          ),
          ...note(get(at), one, three),
          ...note(add(get(at), number(1)), two, four),
          ...note(add(get(at), number(2)), three, five),
          ...note(add(get(at), number(3)), four, six),
        ),
        set(one, get(five)),
        set(two, get(six)),
        increase(at, 4),
      ),
      give(get(out)),
    ],
  };
})();

/** Where the keywords stand that begin with the three letters at an address, whatever their case. */
const slotAt = (slots: Code, address: Code): Code => add(slots, shiftLeft(slotNumberAt(address), number(2)));

const slotNumberAt = (address: Code): Code => {
  const three = or(and(wordAt(address), number(0xff_ff_ff)), number(FOLD));
  return shiftRight(multiply(three, number(MIX)), number(32 - HASH_BITS));
};

/** Which letters may follow those three: by the lowest five bits of the fourth and of the fifth, none where there is no keyword. */
const nextAt = (slots: Code, address: Code): Code =>
  add(slots, add(number(NEXT), shiftLeft(slotNumberAt(address), number(3))));

/** Keeps of the places those whose three letters some keyword begins with that may go on as the text does. Gives the new end of the list. */
const narrow: Routine = (() => {
  const [slots, last, from, place, out, next] = [0, 1, 2, 3, 4, 5];
  const allows = (offset: number, nextAt: Code): Code => shiftRight(nextAt, byteAt(get(place), offset));
  return {
    name: 'narrow',
    parameters: 2,
    locals: 3,
    longs: 1,
    body: [
      set(from, number(MEMORY.places)),
      set(out, get(from)),
      // without a branch here too: in most texts one place of three stays, and none can tell which
      loop(
        less(get(from), get(last)),
        set(place, wordAt(get(from))),
        set(next, longAt(nextAt(get(slots), get(place)))),
        store(get(out), get(place)),
        set(
          out,
          add(
            get(out),
            shiftLeft(
              and(and(allows(3, lowerHalf(get(next))), allows(4, lowerHalf(upperHalf(get(next))))), number(1)),
              number(2),
            ),
          ),
        ),
        increase(from, 4),
      ),
      give(get(out)),
    ],
  };
})();

const matches: Routine = (() => {
  const [at, end, word, mask] = [0, 1, 2, 3];
  return {
    name: 'matches',
    parameters: 3,
    locals: 1,
    body: [
      set(mask, subtract(add(get(word), get(end)), get(at))),
      loop(
        less(get(at), get(end)),
        when(differ(or(byteAt(get(at)), byteAt(get(mask))), byteAt(get(word))), give(number(0))),
        increase(at),
        increase(word),
        increase(mask),
      ),
      give(number(1)),
    ],
  };
})();

const ROUTINES = {
  notInWord: 0,
  assigned: 1,
  authority: 2,
  places: 3,
  matches: 4,
  passes: 5,
  verify: 6,
  search: 7,
  beginsAsText: 8,
  named: 9,
  narrow: 10,
};

const passes: Routine = (() => {
  const [record, start, end, limit, gates] = [0, 1, 2, 3, 4];
  const mixed = shiftRight(and(get(gates), number(GATES.mixed)), number(Math.log2(GATES.mixed)));
  const shortest = byteAt(get(record), RECORD.shortest);
  const assignedHere = call(ROUTINES.assigned, get(start), get(end), get(limit), shortest, mixed);
  const gate = (bit: number, holds: Code): Code => when(both(and(get(gates), number(bit)), holds), give(number(1)));
  return {
    name: 'passes',
    parameters: 4,
    locals: 1,
    body: [
      set(gates, byteAt(get(record), RECORD.gates)),
      gate(GATES.none, number(1)),
      gate(GATES.notInWord, call(ROUTINES.notInWord, get(start), get(limit), byteAt(get(record), RECORD.run))),
      gate(GATES.assigned, assignedHere),
      gate(GATES.named, both(call(ROUTINES.named, get(start), get(end), get(limit)), assignedHere)),
      gate(GATES.authority, call(ROUTINES.authority, get(end), get(limit))),
    ],
  };
})();

/** Writes the keywords at one place to `out`; gives the new end of the hits. */
const verify: Routine = (() => {
  const [start, slots, to, limit, out, slot, record, last, end] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  return {
    name: 'verify',
    parameters: 5,
    locals: 4,
    body: [
      set(slot, slotAt(get(slots), get(start))),
      set(record, wordAt(get(slot))),
      set(last, wordAt(get(slot), 4)),
      loop(
        less(get(record), get(last)),
        set(end, add(get(start), pairAt(get(record), RECORD.length))),
        when(
          both(
            both(
              not(more(get(end), get(to))),
              call(ROUTINES.matches, get(start), get(end), wordAt(get(record), RECORD.text)),
            ),
            call(ROUTINES.passes, get(record), get(start), get(end), get(limit)),
          ),
          store(get(out), wordAt(get(record), RECORD.number)),
          store(get(out), get(end), 4),
          increase(out, 8),
        ),
        increase(record, RECORD.size),
      ),
      give(get(out)),
    ],
  };
})();

/** Keywords that begin in `[from, stop)` and end at `to` at most; gives where to go on: before `stop` where the room for hits is full. */
const search: Routine = (() => {
  const [table, slots, from, stop, to, limit, out, blockEnd, place, last] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const finish: Code = store(number(MEMORY.count), subtract(get(out), number(MEMORY.found)));
  return {
    name: 'search',
    parameters: 6,
    locals: 4,
    body: [
      set(out, number(MEMORY.found)),
      loop(
        less(get(from), get(stop)),
        set(blockEnd, add(get(from), number(BLOCK))),
        when(more(get(blockEnd), get(stop)), set(blockEnd, get(stop))),
        set(last, call(ROUTINES.narrow, get(slots), call(ROUTINES.places, get(table), get(from), get(blockEnd)))),
        set(place, number(MEMORY.places)),
        loop(
          // places come by fours: the last ones may stand behind the end
          both(less(get(place), get(last)), less(wordAt(get(place)), get(stop))),
          set(out, call(ROUTINES.verify, wordAt(get(place)), get(slots), get(to), get(limit), get(out))),
          when(least(get(out), MEMORY.foundEnd), finish, give(add(wordAt(get(place)), number(1)))),
          increase(place, 4),
        ),
        set(from, get(blockEnd)),
      ),
      finish,
      give(get(stop)),
    ],
  };
})();

/** All bytes may stand for something else in one encoding, and the first ones stand for text. */
const beginsAsText: Routine = (() => {
  const [start, kinds, at, last, four, strange] = [0, 1, 2, 3, 4, 5];
  const digit = (offset: number, shift: number): Code =>
    shiftLeft(byteAt(byteAt(get(at), offset), MEMORY.digits), number(shift));
  const isStrange = (shift: number): Code =>
    byteAt(and(shiftRight(get(four), number(shift)), number(0xff)), MEMORY.strange);
  // `09`, `0a`, `0d`, `20` to `7e`
  const half = byteAt(get(at));
  return {
    name: 'beginsAsText',
    parameters: 2,
    locals: 4,
    body: [
      when(equal(byteAt(get(start)), number(0x25)), give(number(1))),
      set(last, add(get(start), number(SHORTEST_RUN))),
      when(
        and(get(kinds), number(ENCODINGS.hex)),
        set(at, get(start)),
        loop(both(less(get(at), get(last)), or(between(half, 0x32, 0x37), equal(half, number(0x30)))), increase(at, 2)),
        when(equal(get(at), get(last)), give(number(1))),
      ),
      when(not(and(get(kinds), number(ENCODINGS.base64))), give(number(0))),
      set(at, get(start)),
      loop(
        less(get(at), get(last)),
        set(four, or(or(digit(0, 18), digit(1, 12)), or(digit(2, 6), digit(3, 0)))),
        set(strange, add(get(strange), add(isStrange(16), add(isStrange(8), isStrange(0))))),
        when(more(get(strange), number(1)), give(number(0))),
        increase(at, 4),
      ),
      give(number(1)),
    ],
  };
})();

/** By half bytes: a byte is of an encoding where what its halves say has a bit in common. */
const HALVES = (() => {
  const [high, low] = [new Uint8Array(16), new Uint8Array(16)];
  const rows = new Map<string, number>();
  for (let row = 0; row < 16; row++) {
    const uses = ENCODING_OF.subarray(row * 16, row * 16 + 16).map((kinds) => (kinds === 0 ? 0 : 1));
    if (!uses.includes(1)) continue;
    const bit = rows.get(uses.join('')) ?? 1 << rows.size;
    rows.set(uses.join(''), bit);
    high[row] = bit;
    for (const [at, used] of uses.entries()) if (used === 1) low[at] = (low[at] ?? 0) | bit;
  }
  if (rows.size > 8) throw new RangeError('the encodings need more bits than a byte has');
  return { high, low };
})();

const lowerHalves = (value: Code): Code => bytesAnd(value, sixteen(new Uint8Array(16).fill(15)));

/** A bit for each of sixteen bytes that is of an encoding. */
const encodedBits = (address: Code): Code =>
  bitsOf(
    bytesDiffer(
      bytesAnd(
        lookUp(sixteen(HALVES.low), lowerHalves(sixteenAt(address))),
        lookUp(sixteen(HALVES.high), lowerHalves(wordsShiftRight(sixteenAt(address), number(4)))),
      ),
      sixteen(new Uint8Array(16)),
    ),
  );

/**
 * Runs of encoded letters in `[least, most)` that touch `[from, to)`. A run of that length holds two neighbours of the groups of eight
 * bytes that the memory falls into: blocks of two groups are looked at. Gives where to go on: before `to` where the room is full.
 */
const runs: Routine = (() => {
  const [from, to, first, last, block, stop, bits, start, end, at, kinds, next, out] = [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ] as const;
  const encoding = (address: Code): Code => byteAt(byteAt(address), MEMORY.encodings);
  const length = subtract(get(at), get(start));
  const full = (two: Code): Code => equal(two, number(0xff_ff));
  const aligned = (address: Code): Code => and(address, number(-16));
  const finish: Code = store(number(MEMORY.count), subtract(get(out), number(MEMORY.found)));
  return {
    name: 'runs',
    parameters: 4,
    locals: 9,
    body: [
      set(out, number(MEMORY.found)),
      set(block, aligned(subtract(get(from), number(SHORTEST_RUN)))),
      set(stop, add(get(to), number(SHORTEST_RUN))),
      when(more(get(stop), get(last)), set(stop, get(last))),
      loop(
        less(get(block), get(stop)),
        // the last block and this one
        set(bits, or(shiftRight(get(bits), number(16)), shiftLeft(encodedBits(get(block)), number(16)))),
        when(
          both(
            or(full(shiftRight(get(bits), number(16))), full(and(shiftRight(get(bits), number(8)), number(0xff_ff)))),
            not(less(get(block), get(first))),
          ),
          // either pair of neighbours holds the first byte of this block
          set(start, get(block)),
          loop(both(more(get(start), get(first)), encoding(subtract(get(start), number(1)))), increase(start, -1)),
          set(end, add(get(block), number(1))),
          loop(both(less(get(end), get(last)), encoding(get(end))), increase(end)),
          set(at, get(start)),
          when(not(both(less(get(start), get(to)), more(get(end), get(from)))), set(at, get(end))),
          // a run goes on while one encoding explains all of it
          loop(
            both(
              both(less(get(at), get(end)), not(less(subtract(get(end), get(at)), number(SHORTEST_RUN)))),
              less(get(out), number(MEMORY.foundEnd)),
            ),
            set(start, get(at)),
            set(kinds, encoding(get(at))),
            increase(at),
            set(next, get(kinds)),
            loop(
              both(less(get(at), get(end)), [...set(next, and(get(kinds), encoding(get(at)))), ...get(next)]),
              set(kinds, get(next)),
              increase(at),
            ),
            when(
              both(between(length, SHORTEST_RUN, LONGEST_RUN), call(ROUTINES.beginsAsText, get(start), get(kinds))),
              store(get(out), get(start)),
              store(get(out), get(at), 4),
              store(get(out), get(kinds), 8),
              increase(out, 12),
            ),
          ),
          when(more(get(end), get(from)), set(from, get(end))),
          when(not(less(get(out), number(MEMORY.foundEnd - LONGEST_RUN / 2))), finish, give(get(from))),
          // behind the run nothing is known of the block where it ends, but that it is not full
          set(bits, number(0)),
          set(block, subtract(aligned(get(end)), number(16))),
          when(equal(get(end), get(last)), set(block, get(last))),
        ),
        increase(block, 16),
      ),
      finish,
      when(less(get(from), get(to)), set(from, get(to))),
      give(get(from)),
    ],
  };
})();

type SearchRoutine = (table: number, slots: number, from: number, stop: number, to: number, limit: number) => number;

type RunsRoutine = (from: number, to: number, first: number, last: number) => number;

/** What is used of it: types of browsers are not loaded. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Exports {
  readonly memory: Memory;
  readonly search: SearchRoutine;
  readonly runs: RunsRoutine;
}
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

export interface Program {
  readonly memory: Memory;
  readonly search: SearchRoutine;
  readonly runs: RunsRoutine;
}

/** The program, compiled; threads share it. */
export function compileProgram(): object {
  return new WebAssembly.Module(
    assemble(
      [notInWord, assigned, authority, places, matches, passes, verify, search, beginsAsText, named, narrow, runs],
      2,
    ),
  );
}

/** The program with a memory of its own. */
export function startProgram(module: object, bytes: number): Program {
  const { memory, search: searchRoutine, runs: runsRoutine } = new WebAssembly.Instance(module).exports;
  reserve(memory, bytes);
  const all = new Uint8Array(memory.buffer);
  all.set(KIND, MEMORY.kinds);
  all.set(ENCODING_OF, MEMORY.encodings);
  all.set(BASE64_DIGITS, MEMORY.digits);
  all.set(
    Uint8Array.from({ length: 256 }, (_, byte) => (isStrange(byte) ? 1 : 0)),
    MEMORY.strange,
  );
  return { memory, search: searchRoutine, runs: runsRoutine };
}

const PAGE = 65_536;

/** Makes room; what stands in the memory stays, but buffers over it have to be made anew. */
export function reserve(memory: Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}
