/** Turns a copy of the Public Suffix List into src/collectors/dns/psl/list.ts: `node scripts/psl.ts public_suffix_list.dat`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { domainToASCII, fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../src/collectors/dns/psl/list.ts', import.meta.url));

/** The rules of one section, in A-labels, one a line. */
function section(text: string, name: string): string[] {
  const start = text.indexOf(`===BEGIN ${name} DOMAINS===`);
  const end = text.indexOf(`===END ${name} DOMAINS===`);
  if (start < 0 || end < start) throw new Error(`the list has no section ${name}`);
  return text
    .slice(start, end)
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0] ?? '')
    .filter((line) => line !== '' && !line.startsWith('//') && !line.startsWith('==='))
    .map((rule) => {
      const prefix = /^(?:\*\.|!)/.exec(rule)?.[0] ?? '';
      return prefix + domainToASCII(rule.slice(prefix.length));
    });
}

const path = process.argv[2];
if (path === undefined) throw new Error('give the path of public_suffix_list.dat');
const text = readFileSync(path, 'utf8');
const date = /^\/\/ VERSION: (\d{4}-\d{2}-\d{2})/m.exec(text)?.[1];
if (date === undefined) throw new Error('the list names no version');
const rules = (name: string) =>
  section(text, name)
    .map((rule) => `${rule}\n`)
    .join('');
writeFileSync(
  OUT,
  `/**
 * The Public Suffix List (publicsuffix.org), comments removed, names as A-labels. Made by scripts/psl.ts.
 *
 * This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not
 * distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
 */
export const PSL_DATE = '${date}';

export const PSL_ICANN = \`\\\n${rules('ICANN')}\`;

export const PSL_PRIVATE = \`\\\n${rules('PRIVATE')}\`;
`,
);
