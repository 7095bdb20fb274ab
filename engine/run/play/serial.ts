import type { PlaySettings } from './settings.ts';

/** Cuts the hosts of a play into the batches that `serial` asks for; the last size is used until all are in. */
export function batchesOf<T>(serial: PlaySettings['serial'], hosts: readonly T[]): readonly (readonly T[])[] {
  if (serial.length === 0) return [hosts];
  const batches: (readonly T[])[] = [];
  for (let from = 0; from < hosts.length; ) {
    const size = sizeOf(serial[Math.min(batches.length, serial.length - 1)]!, hosts.length);
    batches.push(hosts.slice(from, from + size));
    from += size;
  }
  return batches;
}

/** A percentage is rounded down, but never to nothing; 0 means all. */
function sizeOf(size: number | `${number}%`, total: number): number {
  const count = typeof size === 'number' ? size : Math.max(1, Math.floor((total * Number.parseFloat(size)) / 100));
  return count > 0 ? count : total;
}
