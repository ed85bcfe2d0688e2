/** Tells what a body is from its first bytes, because a soft 404 is HTML whatever its headers say. */

/** True where the text starts like markup: a tag, a doctype or a comment after white space and a byte order mark. */
export function looksLikeHtml(start: string): boolean {
  return /^(?:\uFEFF|\u00ef\u00bb\u00bf)?[ \t\r\n\f]*<(?:[A-Za-z]|!doctype|!--|\?xml)/i.test(start.slice(0, 1024));
}
