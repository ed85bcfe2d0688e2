/** JSON text in which nothing hides: what an editor or a terminal would obey or not show is written as an escape. */

// JSON allows these raw; an editor or a terminal obeys or hides them. All are in the basic plane: one escape each.
const RAW_IN_JSON = /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;
// The same, and what could end or change a script element: `</script>`, `<!--`, `<script`
const RAW_IN_ISLAND = new RegExp(`[<>&${RAW_IN_JSON.source.slice(1)}`, 'g');

const escapeOf = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON text with what hides or steers written as escapes: the same value to every parser. */
export function visibleJson(json: string): string {
  return json.replace(RAW_IN_JSON, escapeOf);
}

/** The same for JSON inside a script element. */
export function visibleIslandJson(json: string): string {
  return json.replace(RAW_IN_ISLAND, escapeOf);
}
