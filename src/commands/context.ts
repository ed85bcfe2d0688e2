/** What a command gets from the program beside its arguments: where to write, where it stands, what the terminal can do. */

export interface CommandContext {
  /** Data. */
  readonly stdout: (text: string) => void;
  /** Diagnostics and progress. */
  readonly stderr: (text: string) => void;
  /** The folder of package.json, with a slash at its end. */
  readonly packageRoot: string;
  /** Of Probity itself. */
  readonly version: string;
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Colour on stdout. */
  readonly color: boolean;
  /** Colour on stderr. */
  readonly colorErr: boolean;
  readonly isTTY: boolean;
  readonly isErrTTY: boolean;
  /** Width of the terminal; 80 where it is not known. */
  readonly columns: number;
}
