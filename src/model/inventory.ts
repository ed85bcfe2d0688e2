/** What a run saw of certificates and cryptography: the registers that PCI DSS 4.0.1 4.2.1.1 and 12.3.3 ask for. */

/** One certificate as one endpoint served it. */
export interface RegisteredCertificate {
  readonly target: string;
  /** The endpoint and the place in its chain: `example.com:443#leaf`. */
  readonly subject: string;
  readonly role: string;
  readonly name: string;
  /** Names that it speaks for, at most some. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** `EC P-256`, `RSA 2048`. */
  readonly key: string;
  readonly keySha256: string;
  readonly signature: string;
  readonly sha256: string;
  /** `public root`, `root of --ca-file`, `no known root`, or why that could not be told. */
  readonly trust: string;
  /** Other endpoints of this run that use the same key. */
  readonly sharedWith: readonly string[];
  readonly observedAt: string;
  readonly evidence: string;
}

/** One cipher suite in use. */
export interface RegisteredSuite {
  readonly target: string;
  /** What it is for, as far as the target tells: `HTTPS or other TLS`, `smtp`, and the labels. */
  readonly purpose: string;
  readonly version: string;
  readonly code: string;
  readonly suite: string;
  readonly keyExchange: string;
  readonly authentication: string;
  readonly encryption: string;
  readonly mac: string;
  readonly forwardSecret: boolean;
  /** Groups of that version. */
  readonly groups: readonly string[];
  /** Checks about suites, versions and key exchange that this endpoint fails. */
  readonly fails: readonly string[];
  readonly observedAt: string;
  readonly evidence: string;
}

/** What could not be listed, and why: an inventory that hides its gaps is none. */
export interface InventoryGap {
  readonly target: string;
  readonly what: 'certificates' | 'suites';
  readonly code: string;
}

export interface Inventory {
  readonly certificates: readonly RegisteredCertificate[];
  readonly suites: readonly RegisteredSuite[];
  readonly gaps: readonly InventoryGap[];
}
