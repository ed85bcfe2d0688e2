/** Reads the YAML that package managers write (two blanks a step, one key a line, flow maps on one line) into plain objects; linear. */

/** Objects without a prototype while they are built. */
export type Tree = { [key: string]: Tree | string | undefined };

const MAX_LINES = 5_000_000;
const MAX_DEPTH = 32;

/** Undefined where a line is of another form than these tools write. */
export function treeOf(text: string): Tree | undefined {
  const root = emptyTree();
  const stack: { readonly indent: number; readonly tree: Tree }[] = [{ indent: -1, tree: root }];
  let from = 0;
  /** Deeper lines than this belong to a scalar over several lines. */
  let scalar: number | undefined;
  for (let count = 0; from < text.length; count++) {
    if (count > MAX_LINES) return undefined;
    const feed = text.indexOf('\n', from);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(from, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
    from = end + 1;
    let indent = 0;
    while (line.charCodeAt(indent) === 0x20) indent++;
    if (indent === line.length || line.charCodeAt(indent) === 0x23 || line === '---') continue;
    if (scalar !== undefined && indent > scalar) continue;
    scalar = undefined;
    const rest = line.slice(indent);
    while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop();
    const parent = stack.at(-1)?.tree ?? root;
    if (rest.startsWith('- ') || rest === '-') {
      // lists hold what no rule asks for, but names in order
      parent[`- ${String(count)}`] = plainOf(rest.slice(2).trim());
      continue;
    }
    const key = keyOf(rest);
    if (key === undefined) return undefined;
    const value = rest.slice(key.length).trim();
    if (value === '' && stack.length < MAX_DEPTH) {
      const tree = emptyTree();
      parent[key.name] = tree;
      stack.push({ indent, tree });
    } else if (/^[|>]/.test(value)) {
      parent[key.name] = value;
      scalar = indent;
    } else if (value.startsWith('{')) parent[key.name] = flowOf(value);
    else {
      parent[key.name] = plainOf(value);
      // a quoted or plain scalar may go on, deeper
      scalar = indent;
    }
  }
  return root;
}

function emptyTree(): Tree {
  return Object.create(null) as Tree;
}

/** `name:`, `'@scope/name@1':`, `"a, b":` with how long it is, colon included. */
function keyOf(rest: string): { readonly name: string; readonly length: number } | undefined {
  const quote = rest[0];
  if (quote === "'" || quote === '"') {
    const close = rest.indexOf(`${quote}:`, 1);
    return close < 0 ? undefined : { name: rest.slice(1, close), length: close + 2 };
  }
  for (let at = 0; at < rest.length; at++) {
    if (rest.charCodeAt(at) !== 0x3a) continue;
    const next = rest[at + 1];
    if (next === undefined || next === ' ') return { name: rest.slice(0, at), length: at + 1 };
  }
  return undefined;
}

function plainOf(value: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(value);
  return quoted === null ? value : (quoted[2] ?? '').replaceAll("''", "'");
}

/** `{integrity: sha512-…, tarball: https://…}`: texts up to the comma. */
function flowOf(value: string): Tree {
  const tree = emptyTree();
  for (const part of value
    .slice(1, value.endsWith('}') ? -1 : undefined)
    .split(/,\s*/)
    .slice(0, 100)) {
    const key = keyOf(part.trim());
    if (key !== undefined) tree[key.name] = plainOf(part.trim().slice(key.length).trim());
  }
  return tree;
}

export function subtree(tree: Tree | string | undefined, key: string): Tree {
  const value = typeof tree === 'object' ? tree[key] : undefined;
  return typeof value === 'object' ? value : emptyTree();
}

export function textIn(tree: Tree | string | undefined, key: string): string | undefined {
  const value = typeof tree === 'object' ? tree[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The names of a list that was read as `- 0`, `- 1`. */
export function listIn(tree: Tree): readonly string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    key.startsWith('- ') && typeof value === 'string' ? [value] : [],
  );
}
