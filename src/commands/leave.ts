/** Ends the program when what it said is written: taking down the heap and what else ends with a process anyway takes 20 ms. */

/** Exits with `process.exitCode`. A pipe that nobody reads any more is left to who listens for its error. */
export function leave(): void {
  process.stdout.write('', (unheard) => {
    if (!(unheard instanceof Error)) process.stderr.write('', () => process.exit());
  });
}
