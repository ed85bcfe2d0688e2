/** The bounds on what one site may make us read and keep. */

/** Redirects that are followed in one chain; one more is `too-many`. */
export const MAX_REDIRECTS = 10;
/** Header lines kept of one response. */
export const MAX_HEADERS = 200;
/** Cookies judged of one site. */
export const MAX_COOKIES = 50;
export const PAGE_BYTES = 2 * 1024 * 1024;
/** Twice the size that is judged too large (sectxt.too-large): enough to see that it is. */
export const FILE_BYTES = 64 * 1024;
