/** Waivers as a person writes them: who accepts which fail, why, and until when (CONTRACT §6). */

export interface Waiver {
  readonly id: string;
  /** Globs. */
  readonly check: string;
  readonly target: string;
  readonly subject?: string;
  readonly owner: string;
  readonly reason: string;
  /** RFC 3339, or a date: through the end of that day in UTC. */
  readonly expires: string;
  readonly created?: string;
  readonly approvedBy?: string;
  readonly link?: string;
}
