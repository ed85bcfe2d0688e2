/** The speed of the code collector on a tree, in files and megabytes a second of CPU time: `node test/bench/code.ts [FOLDER] [--strict]`. */
import { collector } from '../../src/collectors/code/collector.ts';
import { isArray, own, type Json } from '../../src/model/json.ts';
import { sourceIO, sourceJob } from '../support/source-io.ts';

const [folder = 'src', flag] = process.argv.slice(2);
const options = flag === '--strict' ? { strict: true } : {};

const io = sourceIO();
const times: { readonly cpu: number; readonly wall: number; readonly raw: Json }[] = [];
for (let run = 0; run < 5; run++) {
  const start = process.cpuUsage();
  const began = performance.now();
  const raw = await collector.observe(sourceJob('code', folder, options), io);
  const { user, system } = process.cpuUsage(start);
  times.push({ cpu: (user + system) / 1e6, wall: (performance.now() - began) / 1000, raw });
}
times.sort((a, b) => a.cpu - b.cpu);
const median = times[2];
if (median !== undefined) {
  const coverage = own(median.raw, 'coverage');
  const [read, bytes] = [Number(own(coverage, 'read')), Number(own(coverage, 'bytes'))];
  const hits = own(median.raw, 'hits');
  const skipped = JSON.stringify(own(coverage, 'skipped'), (key, value: unknown) =>
    key === 'examples' ? undefined : value,
  );
  console.log(`${folder}: ${String(read)} files, ${(bytes / 1e6).toFixed(1)} MB read; left out: ${skipped}`);
  console.log(
    `cpu ${median.cpu.toFixed(2)} s, wall ${median.wall.toFixed(2)} s: ${(read / median.cpu).toFixed(0)} files/s, ${(bytes / 1e6 / median.cpu).toFixed(1)} MB/s of CPU time`,
  );
  console.log(
    `${String(isArray(hits) ? hits.length : 0)} findings; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
  );
}
