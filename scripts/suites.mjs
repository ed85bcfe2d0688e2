/** The test suites by name: what each runs, and what it needs on the machine. */
export const SUITES = {
  unit: { files: 'test/unit/**/*.test.ts', about: 'pure parts, loopback only' },
  golden: { files: 'test/golden/*.test.ts', about: 'stored runs judged again' },
  conformance: { files: 'test/conformance/*.test.ts', about: 'outside test data' },
  program: { files: 'test/program/*.test.ts', about: 'the built program from outside' },
  canary: { files: 'test/canary/*.test.ts', about: 'planted secrets occur nowhere' },
  servers: { files: 'test/servers/**/*.test.ts', about: 'real servers, moto, git, Chromium' },
};
