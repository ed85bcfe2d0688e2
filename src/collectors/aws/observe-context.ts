/** What every service's observation gets: the job's calls, a client configuration, and the width of its parallel work. */
import type { AwsClientConfig, IO } from '../../model/io.ts';

export interface Observation {
  readonly io: IO;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  readonly config: AwsClientConfig;
  /** IAM actions that the chosen checks need: nothing else is asked. */
  readonly calls: ReadonlySet<string>;
  /** Regions of the run; undefined: all that are enabled. */
  readonly regions: readonly string[] | undefined;
  /** Questions at once to one service. */
  readonly width: number;
}
