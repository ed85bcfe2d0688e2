/** The test suites by name: what each runs. `own`: a process a file, one after the other, because they start servers. */
export const SUITES = {
  unit: { files: 'test/unit/**/*.test.ts', about: 'pure parts, loopback only', shards: 2 },
  deep: {
    files: 'test/deep/**/*.test.ts',
    about: 'the whole pack and mutated evidence, too slow for every save',
    shards: 2,
  },
  golden: { files: 'test/golden/*.test.ts', about: 'stored runs judged again' },
  conformance: { files: 'test/conformance/*.test.ts', about: 'outside test data' },
  program: { files: 'test/program/*.test.ts', about: 'the built program from outside', own: true },
  canary: { files: 'test/canary/*.test.ts', about: 'planted secrets occur nowhere', own: true },
  servers: { files: 'test/servers/**/*.test.ts', about: 'real servers, moto, git, Chromium', own: true },
};
