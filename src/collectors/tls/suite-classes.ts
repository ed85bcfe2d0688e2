/** The classes of suites that rules are about, each a predicate over what a suite is made of. */
import type { Suite } from '../../wire/tls/suites.ts';
import type { Probed } from './versions.ts';

type Fits = (suite: Suite, version: Probed) => boolean;

const encryption =
  (...kinds: readonly Suite['encryption'][]): Fits =>
  (suite) =>
    kinds.includes(suite.encryption);
const exchange =
  (...kinds: readonly Suite['keyExchange'][]): Fits =>
  (suite) =>
    kinds.includes(suite.keyExchange);

export const CLASSES = {
  null: encryption('null'),
  anon: (suite) => suite.authentication === 'anon',
  export: (suite) => suite.exportGrade,
  rc4: encryption('rc4'),
  rc2: encryption('rc2'),
  des: encryption('des'),
  idea: encryption('idea'),
  tripleDes: encryption('3des'),
  /** Blocks of 64 bits (SWEET32). */
  block64: encryption('3des', 'des', 'idea', 'rc2'),
  rsaKx: exchange('rsa'),
  rsaExport: (suite) => suite.keyExchange === 'rsa' && suite.exportGrade,
  dhe: (suite) => suite.keyExchange === 'dhe' && suite.authentication !== 'anon',
  dheExport: (suite) => suite.keyExchange === 'dhe' && suite.exportGrade,
  staticDh: exchange('dh'),
  staticEcdh: exchange('ecdh'),
  psk: exchange('psk', 'rsa-psk', 'dhe-psk', 'ecdhe-psk'),
  srp: exchange('srp'),
  krb5: exchange('krb5'),
  notForwardSecret: (suite) => !suite.forwardSecret,
  cbc: (suite, version) => suite.mode === 'cbc' && (version === 'TLSv1.1' || version === 'TLSv1.2'),
  cbcOld: (suite, version) => suite.mode === 'cbc' && (version === 'SSLv3' || version === 'TLSv1.0'),
  cbcSslv3: (suite, version) => suite.mode === 'cbc' && version === 'SSLv3',
  md5Mac: (suite) => suite.mac === 'md5',
  sha1Mac: (suite) => suite.mac === 'sha1',
  ccm8: (suite) => suite.mode === 'ccm8',
  gost: encryption('gost'),
  sm: encryption('sm4'),
  aria: encryption('aria-128', 'aria-256'),
  seed: encryption('seed'),
  camellia: encryption('camellia-128', 'camellia-256'),
} satisfies { readonly [name: string]: Fits };
