/** SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman): what a brand logo must and must not hold, by a bounded scan of its tags. */

export const MAX_SVG = 32 * 1024;

interface Tag {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Attribute values hold no `<`, so each scan ends at the next one: the whole is linear. */
const TAG = /<([A-Za-z][A-Za-z0-9:._-]{0,60})((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>/g;
const ATTRIBUTE = /([A-Za-z_:][A-Za-z0-9:._-]{0,60})[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/g;
const MAX_TAGS = 5000;
const COMMENT = /<!--[^]*?-->/g;
/** A title that says something. */
const NAMED = /<(?:[A-Za-z][A-Za-z0-9._-]{0,60}:)?title(?:[ \t\r\n][^<>]*)?>(?:[^<]*[^<\s]|\s*<!\[CDATA\[)/;

function tagsOf(text: string): Tag[] {
  const tags: Tag[] = [];
  for (const match of text.replaceAll(COMMENT, '').matchAll(TAG)) {
    if (tags.length >= MAX_TAGS) break;
    const attributes = new Map<string, string>();
    for (const attribute of (match[2] ?? '').matchAll(ATTRIBUTE)) {
      attributes.set(attribute[1] ?? '', attribute[2] ?? attribute[3] ?? '');
    }
    const name = match[1] ?? '';
    tags.push({ name: name.slice(name.indexOf(':') + 1), attributes });
  }
  return tags;
}

const FORBIDDEN: { readonly [element: string]: string } = {
  script: 'a script',
  animate: 'animation',
  animateColor: 'animation',
  animateMotion: 'animation',
  animateTransform: 'animation',
  set: 'animation',
  image: 'a raster image',
  foreignObject: 'foreign content',
  a: 'a link',
  audio: 'sound',
  video: 'video',
};

export function svgProblems(text: string): string[] {
  const tags = tagsOf(text);
  const root = tags[0];
  if (root?.name !== 'svg') return ['it is no SVG document'];
  const problems: string[] = [];
  if (root.attributes.get('version') !== '1.2') problems.push('version is not 1.2');
  if (root.attributes.get('baseProfile') !== 'tiny-ps') problems.push('baseProfile is not tiny-ps');
  if (root.attributes.has('x') || root.attributes.has('y')) problems.push('the root has x or y');
  if (!tags.some((tag) => tag.name === 'title')) problems.push('there is no title');
  else if (!NAMED.test(text.replaceAll(COMMENT, ''))) problems.push('the title is empty');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) problems.push('there is a document type or an entity');
  if (!isSquare(root.attributes)) problems.push('it is not square');
  const forbidden = new Set<string>();
  for (const tag of tags) {
    const what = FORBIDDEN[tag.name];
    if (what !== undefined) forbidden.add(`there is ${what} (${tag.name})`);
    for (const [name, value] of tag.attributes) {
      if (/^on[a-z]/i.test(name)) forbidden.add(`there is an event handler (${name})`);
      if (/(?:^|:)href$/.test(name) && !value.startsWith('#'))
        forbidden.add('there is a reference to something outside');
      if (/url\([ ]{0,5}["']?[^#"')\s]/.test(value)) forbidden.add('there is a reference to something outside');
    }
  }
  if (/@import\b/i.test(text)) forbidden.add('there is a reference to something outside');
  return [...problems, ...forbidden];
}

/** Width and height of the view box, or of the attributes, are equal. */
function isSquare(attributes: ReadonlyMap<string, string>): boolean {
  const box =
    attributes
      .get('viewBox')
      ?.trim()
      .split(/[\s,]+/) ?? [];
  if (box.length === 4) return Number(box[2]) > 0 && Number(box[2]) === Number(box[3]);
  const width = Number.parseFloat(attributes.get('width') ?? '');
  return width > 0 && width === Number.parseFloat(attributes.get('height') ?? '');
}
