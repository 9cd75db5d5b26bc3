import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { classLayout } from '../ocsf/classes.ts';
import { OCSF_VERSION } from '../ocsf/common.ts';
import type { Signal } from '../read/raw-object.ts';
import { Chosen } from './chosen.ts';
import { type FlatFile, flatFile } from './columns.ts';
import { ParquetFile } from './encode/file.ts';
import { FLAT_FIELDS, flatBatches } from './flat.ts';
import { NestedClass } from './nested.ts';
import { divided, type Partition } from './partition.ts';

const FLAT_FILES: readonly FlatFile[] = ['logs', 'traces', 'metrics', 'changes'];
export interface WrittenFile {
  /** Within the dataset, `/` separated. */
  readonly path: string;
  readonly rows: number;
}

/** A nested file that is being written, and the partition that it is of. */
interface Nested {
  readonly layout: NestedClass;
  readonly folder: string;
  readonly path: string;
  readonly file: ParquetFile;
}

/**
 * The Parquet files of a dataset, in a local folder: four flat ones, also where empty, and one a class that occurs, or with
 * partitions one a class and day.
 */
export class DatasetWriter {
  readonly #dir: string;
  readonly #runId: string;
  readonly #withNested: boolean;
  readonly #flat = new Map<FlatFile, ParquetFile>();
  readonly #partition: Partition | undefined;
  readonly #nested = new Map<number, Nested>();
  /** Of days that are over. */
  readonly #ended: WrittenFile[] = [];
  readonly written: Record<Signal, number> = { logs: 0, traces: 0, metrics: 0 };
  /** Rows by `event_kind`, and by class (its snake-case name). */
  readonly kinds: Record<string, number> = {};
  readonly classes: Record<string, number> = {};

  /** @param nested false: the flat files alone */
  constructor({
    dir,
    runId,
    nested = true,
    partition,
  }: {
    dir: string;
    runId: string;
    nested?: boolean;
    partition?: Partition | undefined;
  }) {
    this.#dir = dir;
    this.#runId = runId;
    this.#withNested = nested;
    this.#partition = partition;
  }

  /** Appends rows that are in the order of the dataset. @throws `PARQUET_WRITE` */
  async write(rows: Rows, signals: readonly Signal[]): Promise<void> {
    const { byFile, byClass } = this.#divided(rows, signals);
    // From the choice on nothing is awaited until it is written: other writers choose with the same arrays.
    for (const [name, which] of byFile) {
      const file = await this.#flatFile(name);
      const chosen = new Chosen(rows, which.all);
      await file.write(flatBatches(chosen), chosen.length);
    }
    for (const [classUid, which] of this.#withNested ? byClass : [])
      for (const { folder, chosen: some } of divided(rows, which.all, this.#partition)) {
        const { layout, file } = await this.#class(classUid, folder);
        const { name } = layout.layout;
        const chosen = new Chosen(rows, some);
        this.classes[name] = (this.classes[name] ?? 0) + chosen.length;
        await file.write(layout.batches(chosen), chosen.length);
      }
  }

  /** Which rows go to which file, and to which class; and counts them. */
  #divided(rows: Rows, signals: readonly Signal[]) {
    const byFile = new Map<FlatFile, RowList>();
    const byClass = new Map<number, RowList>();
    const alike: Alike[] = [];
    const byTemplate: Record<Signal, Map<number, Alike>> = {
      ...{ logs: new Map(), traces: new Map(), metrics: new Map() },
    };
    for (let row = 0; row < rows.length; row++) {
      const template = rows.template[row] as number;
      const signal = signals[row] as Signal;
      let of = byTemplate[signal].get(template);
      if (!of) {
        const kind = rows.pool.text((rows.texts[SLOT.event_kind] as Int32Array)[template] as number);
        const classUid = (rows.numbers[SLOT.class_uid] as Float64Array)[template] as number;
        const file = listOf(byFile, flatFile(signal, kind), rows.length);
        of = { kind, signal, file, ofClass: listOf(byClass, classUid, rows.length), count: 0 };
        byTemplate[signal].set(template, of);
        alike.push(of);
      }
      of.count += 1;
      of.file.add(row);
      of.ofClass.add(row);
    }
    for (const { kind, signal, count } of alike) {
      this.written[signal] += count;
      this.kinds[kind] = (this.kinds[kind] ?? 0) + count;
    }
    return { byFile, byClass };
  }

  /** Ends all files. @throws `PARQUET_WRITE` */
  async close(): Promise<WrittenFile[]> {
    const files: WrittenFile[] = [];
    for (const name of FLAT_FILES) {
      const file = await this.#flatFile(name);
      await file.close();
      files.push({ path: `ocsf_${name}.parquet`, rows: file.rows });
    }
    for (const classUid of [...this.#nested.keys()].sort((a, b) => a - b)) await this.#end(classUid);
    return [...files, ...this.#ended];
  }

  async #end(classUid: number): Promise<void> {
    const { file, path } = this.#nested.get(classUid) as Nested;
    await file.close();
    this.#nested.delete(classUid);
    this.#ended.push({ path, rows: file.rows });
  }

  async abort(): Promise<void> {
    for (const file of [...this.#flat.values(), ...[...this.#nested.values()].map(({ file }) => file)])
      await file.abort();
  }

  async #flatFile(name: FlatFile): Promise<ParquetFile> {
    let file = this.#flat.get(name);
    if (!file) {
      await mkdir(this.#dir, { recursive: true });
      file = await ParquetFile.create({
        file: join(this.#dir, `ocsf_${name}.parquet`),
        fields: FLAT_FIELDS,
        metadata: this.#metadata('flat'),
      });
      this.#flat.set(name, file);
    }
    return file;
  }

  /** The file of a class that rows of that partition go to. Rows come in order of time: an earlier one is over. */
  async #class(classUid: number, folder: string): Promise<Nested> {
    const found = this.#nested.get(classUid);
    if (found?.folder === folder) return found;
    if (found) await this.#end(classUid);
    const layout = found?.layout ?? new NestedClass(classLayout(classUid));
    const below = `ocsf/${layout.layout.name}/${folder}`;
    const path = `${below}part-00000.parquet`;
    await mkdir(join(this.#dir, below), { recursive: true });
    const file = await ParquetFile.create({
      file: join(this.#dir, path),
      fields: layout.fields,
      metadata: this.#metadata('nested'),
    });
    const opened: Nested = { layout, folder, path, file };
    this.#nested.set(classUid, opened);
    return opened;
  }

  #metadata(form: 'flat' | 'nested'): readonly [string, string] {
    return [
      'storefront.dataset',
      JSON.stringify({ schema_version: 1, ocsf_version: OCSF_VERSION, form, run_id: this.#runId }),
    ];
  }
}

/** Rows of a batch that share their template and came by the same signal. */
interface Alike {
  readonly kind: string;
  readonly signal: Signal;
  readonly file: RowList;
  readonly ofClass: RowList;
  count: number;
}

/** Numbers of rows, at most so many. */
class RowList {
  readonly #rows: Int32Array;
  #count = 0;

  constructor(most: number) {
    this.#rows = new Int32Array(most);
  }
  add(row: number): void {
    this.#rows[this.#count++] = row;
  }
  get all(): Int32Array {
    return this.#rows.subarray(0, this.#count);
  }
}

function listOf<K>(lists: Map<K, RowList>, key: K, most: number): RowList {
  const found = lists.get(key) ?? new RowList(most);
  lists.set(key, found);
  return found;
}
