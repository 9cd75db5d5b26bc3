import { seeded } from '../bench/telemetry.ts';
import { REJECT_REASONS } from '../errors.ts';
import { ShapeCheck } from '../ocsf/shapes.ts';
import { convertObject, workbench } from '../parts/convert-object.ts';
import { readRejects } from '../parts/rejects.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { inThread } from '../threads.ts';
import { documents } from './documents.test-world.ts';
import { FOREIGN, FORMS, type Form, OWN } from './readers.test-world.ts';
import { wounded } from './wounds.test-world.ts';

/** Wound number n of an original; or all that was converted so far sealed. */
export type Task = { readonly n: number; readonly seed: number } | { readonly seal: 'own' | 'foreign' };

export interface Told {
  readonly name: string;
  /** Of the processor, all threads of the process: the compiler's and the collector's too. */
  readonly ms: number;
  /** Where that was much: of the same wound three times, the one in the middle. Else the same. */
  readonly steadyMs: number;
  readonly read: number;
  readonly rejected: number;
  /** Code of what a document was refused with; null where it was taken. */
  readonly refused: string | null;
  /** What must not be; null where all is well. */
  readonly wrong: string | null;
}

// One of each for all wounds: what one leaves behind must not reach the next.
const bench = workbench(new ShapeCheck());
const [raw, source] = [new MemoryStore(), new MemoryStore()];
const READ = await documents();

async function convertForm({ run, key }: Form, n: number, bytes: Uint8Array) {
  const at = run === OWN ? raw : source;
  await at.put(key(n), bytes);
  const set = await convertObject({
    raw,
    source: at,
    record: run,
    key: key(n),
    atBench: (work) => work(bench),
  });
  const sum = (of: 'read' | 'rows' | 'rejected' | 'outside_window') =>
    set.parts.reduce((total, part) => total + part[of], 0);
  const [read, taken, rejected, outside] = [sum('read'), sum('rows'), sum('rejected'), sum('outside_window')];
  const wrong =
    read === taken + rejected + outside ? null : `read ${read}, but ${taken} + ${rejected} + ${outside}`;
  return { read, rejected, refused: null, wrong };
}

/** What takes longer is measured again: code that runs for the first time is compiled meanwhile. */
const MUCH_MS = 40;

const nothing = { read: 0, rejected: 0 };

async function readDocument(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array) {
  try {
    await read(bytes);
    return { ...nothing, refused: null, wrong: null };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const known = typeof code === 'string' && /^[A-Z_]+_(INVALID|NOT_FOUND)$/.test(code);
    return { ...nothing, refused: String(code), wrong: known ? null : `${code}: ${message}` };
  }
}

async function seal(which: 'own' | 'foreign') {
  const record = which === 'own' ? OWN : FOREIGN;
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  const lines = Object.values(ledger.inputs);
  const sum = (of: keyof (typeof lines)[number]) => lines.reduce((total, line) => total + line[of], 0);
  const rejected = sum('rejected');
  let letters = 0;
  let odd: string | undefined;
  for await (const { reason, excerpt } of readRejects({ raw, runId: record.run_id })) {
    letters++;
    if (!REJECT_REASONS.includes(reason) || !/^[\x20-\x7e\u00b7]{0,160}$/.test(excerpt))
      odd = `${reason}: ${excerpt}`;
  }
  const whole = sum('read') === sum('written') + sum('duplicate') + rejected + sum('outside_window');
  const wrong =
    whole && letters === rejected && !odd ? null : `${letters} letters, ${odd}; ${JSON.stringify(ledger)}`;
  return { read: sum('read'), rejected, refused: null, wrong };
}

export default inThread<Task, Told>(async (task) => {
  if ('seal' in task) {
    const told = await seal(task.seal);
    return { name: `sealing ${task.seal}`, ms: 0, steadyMs: 0, ...told };
  }
  const { n, seed } = task;
  const of = n % (FORMS.length + READ.length);
  const form = FORMS[of];
  const document = READ[of - FORMS.length];
  const random = seeded(seed + n);
  const bytes = wounded((form ?? document)?.bytes as Uint8Array, random);
  const measured = async () => {
    const start = process.cpuUsage();
    const told = form
      ? await convertForm(form, n, bytes)
      : await readDocument(document?.read ?? String, bytes);
    const { user, system } = process.cpuUsage(start);
    return { told, ms: (user + system) / 1000 };
  };
  const first = await measured();
  const { ms } = first;
  const times = ms < MUCH_MS ? [ms] : [ms, (await measured()).ms, (await measured()).ms];
  const steadyMs = times.sort((a, b) => a - b)[times.length >> 1] as number;
  return { name: (form ?? document)?.name ?? '', ms, steadyMs, ...first.told };
});
