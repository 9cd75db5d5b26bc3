import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { INPUTS, type InputName } from './inputs.ts';
import {
  ALONE,
  againstEighth,
  againstPeer,
  againstThread,
  type Cost,
  type Line,
  type Section,
} from './measurement.ts';
import { runPeer } from './peer.ts';
import { measurePhase, type Phase } from './phase.ts';
import { sameRows } from './same-rows.ts';

export interface BenchOptions {
  /** Scratch folder. */
  readonly dir: string;
  /** How many, and as many log lines. */
  readonly spans: number;
  /** Undefined: without the peer. */
  readonly python: string | undefined;
  readonly say: (text: string) => void;
}

/** Lines of the benchmark, section by section. What one has measured the next does not measure again. */
export class Bench {
  readonly #options: BenchOptions;
  readonly #made = new Set<InputName>();
  readonly #costs = new Map<string, Cost>();

  constructor(options: BenchOptions) {
    this.#options = options;
  }

  section(section: Section): Promise<Line[]> {
    if (section === 'memory') return this.#memory();
    if (section === 'threads') return this.#threads();
    return this.#besidePeer(section, section === 'spans');
  }

  /** The flat job, the peer's and ours. @param all the steps that the peer has not, too */
  async #besidePeer(input: 'spans' | 'json' | 'logs', all: boolean): Promise<Line[]> {
    const before = await this.#peer(input, 'pandas + pyarrow, flat');
    const read = all ? [{ name: 'inflate and walk alone', cost: await this.#phase(input, 'read') }] : [];
    const convert = { name: 'convert', cost: await this.#phase(input, 'convert') };
    const flat = { name: 'convert and merge, flat', cost: await this.#whole(input, 'merge-flat') };
    const nested = all
      ? [{ name: 'convert and seal, flat and nested', cost: await this.#whole(input, 'seal') }]
      : [];
    const after = await this.#peer(input, 'pandas + pyarrow, flat, again');
    const peers = [before, after].flatMap((peer) => peer ?? []);
    if (after) await this.#compare(input);
    return [...(before ? [before] : []), ...read, convert, flat, ...nested, ...(after ? [after] : [])].map(
      ({ name, cost }) => ({
        ...{ section: input, name, ...cost },
        ...(peers.length === 0
          ? ALONE
          : againstPeer(
              cost,
              peers.map((peer) => peer.cost),
            )),
      }),
    );
  }

  /** The same steps with all spans and with an eighth of them: what is in memory does not grow with the run. */
  async #memory(): Promise<Line[]> {
    const lines: Line[] = [];
    const steps = [
      ['convert', (input: InputName) => this.#phase(input, 'convert')],
      ['merge, flat', (input: InputName) => this.#phase(input, 'merge-flat')],
      ['seal, flat and nested', (input: InputName) => this.#phase(input, 'seal')],
    ] as const;
    for (const [name, measure] of steps) {
      const [few, many] = [await measure('eighth'), await measure('spans')];
      lines.push({ section: 'memory', name: `${name}, an eighth`, ...few, ...ALONE });
      lines.push({ section: 'memory', name, ...many, ...againstEighth(many, few) });
    }
    return lines;
  }

  async #threads(): Promise<Line[]> {
    const name = 'convert';
    const before = await this.#phase('spans', 'convert');
    const two = await this.#phase('spans', 'convert', { workers: 2 });
    const after = await this.#phase('spans', 'convert', { again: true });
    const line = (text: string, cost: Cost) => ({
      ...{ section: 'threads' as const, name: text, ...cost, ...againstThread(cost, [before, after]) },
    });
    return [line(name, before), line(`${name}, 2 threads`, two), line(`${name}, again`, after)];
  }

  /** Converting, and a step behind it. */
  async #whole(input: InputName, phase: Phase): Promise<Cost> {
    const [first, second] = [await this.#phase(input, 'convert'), await this.#phase(input, phase)];
    return {
      rows: second.rows,
      seconds: first.seconds + second.seconds,
      cpuSeconds: first.cpuSeconds + second.cpuSeconds,
      peakRssBytes: Math.max(first.peakRssBytes, second.peakRssBytes),
    };
  }

  async #phase(
    input: InputName,
    phase: Phase,
    { workers = 1, again = false }: { workers?: number; again?: boolean } = {},
  ): Promise<Cost> {
    const key = [input, phase, workers, again].join();
    const found = this.#costs.get(key);
    if (found) return found;
    if (phase === 'merge-flat' || phase === 'seal') await this.#phase(input, 'convert'); // the parts
    const dir = await this.#input(input);
    this.#options.say(`${INPUTS[input].text}: ${phase}${workers > 1 ? `, ${workers} threads` : ''}…`);
    const requests = INPUTS[input].requests(this.#options.spans);
    const cost = await measurePhase({ phase, dir, requests, workers });
    this.#costs.set(key, cost);
    return cost;
  }

  async #peer(input: InputName, name: string): Promise<{ name: string; cost: Cost } | undefined> {
    const { python, say } = this.#options;
    if (python === undefined) return undefined;
    const dir = await this.#input(input);
    say(`${INPUTS[input].text}: ${name}…`);
    const { script } = INPUTS[input];
    return {
      name,
      cost: await runPeer({ python, script, raw: join(dir, 'raw'), output: join(dir, 'peer.parquet') }),
    };
  }

  async #compare(input: InputName): Promise<void> {
    const dir = await this.#input(input);
    this.#options.say('comparing the rows…');
    await sameRows(join(dir, 'flat', INPUTS[input].file), join(dir, 'peer.parquet'));
  }

  async #input(name: InputName): Promise<string> {
    const { dir, spans, say } = this.#options;
    const folder = join(dir, name);
    if (this.#made.has(name)) return folder;
    say(`making ${INPUTS[name].text}…`);
    await mkdir(folder, { recursive: true });
    await INPUTS[name].put({ dir: folder, spans });
    this.#made.add(name);
    return folder;
  }
}
