/** What the rules about .npmrc and .yarnrc ask: tokens, verification, registries in the clear. */
import { isArray, own, type JsonObject } from '../../model/json.ts';
import { addressOf, isLocalHost } from './clean.ts';
import { inFile, textOf, type Lists } from './lists.ts';

export function settingRules(lists: Lists, settings: JsonObject, at: string): void {
  const file = textOf(settings, 'file') ?? '.npmrc';
  if (own(settings, 'strictSsl') === false) lists.add('npmrc.strictSsl', { ...inFile(file), strictSsl: false }, at);
  const credentials = own(settings, 'credentials');
  for (const [index, one] of (isArray(credentials) ? credentials : []).entries()) {
    const line = own(one, 'line');
    const key = textOf(one, 'key');
    if (own(one, 'literal') !== true || key === undefined) continue;
    const location = { file, ...(typeof line === 'number' && Number.isSafeInteger(line) ? { line } : {}) };
    lists.add('npmrc.tokens', { subject: file, location, key, literal: true }, `${at}/credentials/${String(index)}`);
  }
  const unsafe = own(settings, 'unsafeHttp');
  for (const [index, one] of (isArray(unsafe) ? unsafe : []).entries()) {
    if (typeof one !== 'string' || isLocalHost(one)) continue;
    lists.add(
      'npmrc.httpRegistries',
      { ...inFile(file), scheme: 'http', host: one },
      `${at}/unsafeHttp/${String(index)}`,
    );
  }
  const registries = own(settings, 'registries');
  for (const [index, one] of (isArray(registries) ? registries : []).entries()) {
    const address = addressOf(textOf(one, 'url') ?? '');
    if (address?.scheme !== 'http' || isLocalHost(address.host)) continue;
    lists.add('npmrc.httpRegistries', { ...inFile(file), ...address }, `${at}/registries/${String(index)}`);
  }
}
