/** AWS profiles that the user names must exist: a misspelt one is a usage error, found before any packet is sent. */
import { UsageError } from '../model/fault.ts';
import { didYouMean } from '../model/nearest.ts';

/** Throws a UsageError for the first profile that the shared configuration does not have. Loads the SDK only if there is one to look for. */
export async function insistOnProfiles(profiles: readonly string[]): Promise<void> {
  if (profiles.length === 0) return;
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const known = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].sort();
  for (const profile of profiles) {
    if (known.includes(profile)) continue;
    throw new UsageError(
      `target "aws:${profile}": the AWS configuration has no profile "${profile}"${didYouMean(profile, known)}`,
    );
  }
}
