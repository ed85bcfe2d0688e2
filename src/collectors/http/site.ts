/** The two URLs under which a site is asked: over https, and over plain http. */

export interface SiteUrls {
  readonly url: string;
  readonly https: string;
  /** Undefined where the site has a port of its own: nothing says what plain http would be asked there. */
  readonly http: string | undefined;
  readonly host: string;
  readonly scheme: 'http' | 'https';
}

/** The two URLs of a site; undefined where the text is no web URL. */
export function siteUrls(text: string): SiteUrls | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  const rest = `${url.pathname}${url.search}`;
  const http = url.port === '' ? `http://${url.hostname}${rest}` : url.protocol === 'http:' ? url.href : undefined;
  const https = url.protocol === 'https:' ? url.href : `https://${url.hostname}${rest}`;
  return { url: url.href, https, http, host: url.hostname, scheme: url.protocol === 'https:' ? 'https' : 'http' };
}
