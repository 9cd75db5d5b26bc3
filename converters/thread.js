// What every thread starts with: from here on its modules may be TypeScript, which the flags of a process do not give to its threads.
import { Tinypool } from 'tinypool';
import { register } from 'tsx/esm/api';

register();
const { default: work } = await import(Tinypool.workerData.module);
export default work;
