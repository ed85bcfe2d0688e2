/** Strength of a certificate's key from the name of its algorithm; ACM writes RSA_2048, other answers RSA-2048. */

export interface KeyStrength {
  readonly family: 'RSA' | 'EC';
  readonly bits: number;
}

export function keyStrength(name: string): KeyStrength | undefined {
  const plain = name.replaceAll('-', '_');
  const rsa = /^RSA_([0-9]{3,5})$/i.exec(plain);
  if (rsa !== null) return { family: 'RSA', bits: Number(rsa[1]) };
  // EC_prime256v1, EC_secp384r1, and P-192 as NIST writes it
  const ec = /^(?:EC_(?:prime|secp|sect)|P_)([0-9]{3})(?:[kr][0-9]|v[0-9])?$/i.exec(plain);
  return ec === null ? undefined : { family: 'EC', bits: Number(ec[1]) };
}
