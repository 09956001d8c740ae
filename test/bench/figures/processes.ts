import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the kernel counts processor time in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly childTicks: number;
}

function readOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // Processes end while one looks.
    return undefined;
  }
}

function statOf(pid: number): ProcessStat | undefined {
  const line = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (line === undefined) return undefined;
  // The name in parentheses may contain anything.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (index: number) => Number(fields[index]);
  return {
    pid,
    parent: field(1),
    ownTicks: field(11) + field(12),
    childTicks: field(13) + field(14),
  };
}

const pids = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);

/** The process and all that came from it and still run. */
function treeOf(root: number): ProcessStat[] {
  const all = pids()
    .map(statOf)
    .filter((stat) => stat !== undefined);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Processor time spent so far by a process with its children, in milliseconds. */
export function cpuMsOf(root: number): number {
  const ticks = treeOf(root).reduce((total, stat) => total + stat.ownTicks + stat.childTicks, 0);
  return (ticks / TICKS_PER_SECOND) * 1_000;
}

/** Resident memory of one process, in KiB. */
export function residentKb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}

/** The process that listens on this port of this machine, if there is one. */
export function listenerOn(port: number): number | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) === true && state === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  // A child may hold a copy of the socket; the one that opened it is the oldest.
  return pids().find((pid) => socketsOf(pid).some((socket) => inodes.includes(socket)));
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const files = readOr(() => readdirSync(folder)) ?? [];
  return files.map((file) => readOr(() => readlinkSync(`${folder}/${file}`)) ?? '');
}
