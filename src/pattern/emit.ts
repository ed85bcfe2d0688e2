/**
 * Writes a pattern for the host's RegExp, without any flag: case, dot and line anchors become explicit classes.
 * V8 misreads alternations under `(?i:...)` (facts/secrets §4.2) and older ones lack inline modifiers, so none is emitted.
 */
import type { Anchor, ByteSet, Node } from './ast.ts';

const ANCHORS: { readonly [anchor in Anchor]: string } = {
  'text-start': '^',
  'text-end': '$',
  'line-start': '(?<![^\\n])',
  'line-end': '(?![^\\n])',
  word: '\\b',
  'not-word': '\\B',
};

export function emit(node: Node): string {
  switch (node.is) {
    case 'set':
      return emitSet(node.set);
    case 'anchor':
      return ANCHORS[node.anchor];
    case 'sequence':
      return node.items.map((item) => (item.is === 'choice' ? `(?:${emit(item)})` : emit(item))).join('');
    case 'choice':
      return node.items.map((item) => emit(item)).join('|');
    case 'group':
      return `(${emit(node.item)})`;
    default:
      return `${emitOne(node.item)}${quantifier(node.min, node.max)}${node.lazy ? '?' : ''}`;
  }
}

/** As one item that a quantifier binds to. */
function emitOne(node: Node): string {
  const single = node.is === 'set' || node.is === 'group';
  return single ? emit(node) : `(?:${emit(node)})`;
}

function quantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${String(min)},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${String(min)}}` : `{${String(min)},${String(max)}}`;
}

export function emitSet(set: ByteSet): string {
  const [only] = set;
  // an empty class matches nothing in both dialects
  if (only === undefined) return '[]';
  if (set.length === 1 && only[0] === 0 && only[1] === 255) return '[\\s\\S]';
  if (set.length === 1 && only[0] === only[1]) return byte(only[0]);
  const parts = set.map(([low, high]) =>
    low === high ? byte(low) : high === low + 1 ? byte(low) + byte(high) : `${byte(low)}-${byte(high)}`,
  );
  return `[${parts.join('')}]`;
}

const BYTES = new Map<number, string>();

function byte(code: number): string {
  let text = BYTES.get(code);
  if (text === undefined) {
    const char = String.fromCharCode(code);
    text = /[0-9A-Za-z_ "'`=:;,@#%&<>~!]/.test(char) ? char : `\\x${code.toString(16).padStart(2, '0')}`;
    BYTES.set(code, text);
  }
  return text;
}
