/** Turns a copy of the Public Suffix List into src/wire/psl/list.ts: `node scripts/psl.ts public_suffix_list.dat`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSuffixList } from '../src/wire/psl/source.ts';

const OUT = fileURLToPath(new URL('../src/wire/psl/list.ts', import.meta.url));

const path = process.argv[2];
if (path === undefined) throw new Error('give the path of public_suffix_list.dat');
const list = parseSuffixList(readFileSync(path, 'utf8'));
if (list.date === undefined) throw new Error('the list names no version');
if (list.bad.length > 0 || list.private.length === 0) throw new Error(`not the published list: ${list.bad.join(' ')}`);
const rules = (section: readonly string[]) => section.map((rule) => `${rule}\n`).join('');
writeFileSync(
  OUT,
  `/**
 * The Public Suffix List (publicsuffix.org), comments removed, names as A-labels. Made by scripts/psl.ts.
 *
 * This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not
 * distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
 */
export const PSL_DATE = '${list.date}';

export const PSL_ICANN = \`\\\n${rules(list.icann)}\`;

export const PSL_PRIVATE = \`\\\n${rules(list.private)}\`;
`,
);
