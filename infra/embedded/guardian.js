// Ends what a stack leaves behind when the process that runs it is gone without a goodbye (kill -9, a crash, a closed
// terminal). Plain JavaScript without a loader, so that it is up within milliseconds. It reads commands, one JSON object
// a line, from a pipe whose other end only the parent holds:
//
//   {"watch": pid, "signals": ["SIGTERM"]}   a process group, and how it likes to be told
//   {"forget": pid}                          it has ended
//   {"remove": path}                         a file or folder, to be removed at the end: what was named last goes first
//   {"goodbye": true}                        the parent has cleaned up itself
//   end of file                              the parent is gone: signal, wait, SIGKILL, remove
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 4000;
const POLL_MS = 50;
const groups = new Map();
const leftovers = new Set();

// Ctrl-C goes to all of a terminal's processes; this one must outlast them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.watch) groups.set(command.watch, command.signals);
  if (command.forget) groups.delete(command.forget);
  if (command.remove) leftovers.add(command.remove);
  if (command.goodbye) process.exit(0);
}

await Promise.all([...groups].map(([group, signals]) => end(group, signals)));
for (const path of [...leftovers].reverse()) remove(path);

async function end(group, signals) {
  for (const signal of [...signals, 'SIGKILL']) {
    if (!send(group, signal)) return;
    for (let waited = 0; waited < GRACE_MS && alive(group); waited += POLL_MS) await sleep(POLL_MS);
  }
}

// What cannot be removed must not keep the rest.
function remove(path) {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {}
}

function send(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

// A leader that nobody waits for stays as a zombie where process 1 does not reap; it is as good as gone.
function alive(group) {
  if (!send(group, 0)) return false;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${group}/stat`, 'utf8'));
  } catch {
    return send(group, 0);
  }
}
