import { Command } from 'commander';
import { doctor } from '../../doctor/doctor.ts';
import { jsonOption } from '../options.ts';

export const doctorCommand = (finish: (code: number) => void) =>
  new Command('doctor')
    .description('each program that is needed: found where, which version, or how it will be had')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const checks = await doctor();
      finish(checks.some((check) => check.state === 'missing') ? 1 : 0);
      if (json) {
        console.log(JSON.stringify(checks, null, 2));
        return;
      }
      const width = Math.max(...checks.map((check) => check.name.length));
      const mark = { ok: '✔', 'will be made': '◌', optional: '–', missing: '✖' } as const;
      for (const check of checks)
        console.log(`${mark[check.state]} ${check.name.padEnd(width)}  ${check.text}`);
    });
