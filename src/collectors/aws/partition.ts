/** Partitions of AWS: what an ARN begins with, and where the services without region are called. */

/** Prefix of a region's name to its partition; the commercial one has no prefix of its own. */
const BY_REGION: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

const HOME: { readonly [partition: string]: string } = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
  'aws-eusc': 'eusc-de-east-1',
};

export function partitionOfRegion(region: string): string {
  return BY_REGION.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** The partition in an ARN; undefined where the text is none. */
export function partitionOfArn(arn: string): string | undefined {
  const [start, partition] = arn.split(':');
  return start === 'arn' && partition !== undefined && /^aws(?:-[a-z]+)*$/.test(partition) ? partition : undefined;
}

/** Where IAM, CloudFront and the like of a partition are called. */
export function homeRegion(partition: string): string {
  return HOME[partition] ?? 'us-east-1';
}
