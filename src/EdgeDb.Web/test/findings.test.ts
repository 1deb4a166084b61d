import { describe, expect, it } from 'vitest';
import type { Backups, Machine } from '../src/api/appliance';
import type { Feed } from '../src/api/types';
import { findingsOf, keyOf, type Known } from '../src/status/findings';

const now = Date.parse('2026-11-22T12:00:00Z');
const megabytes = (count: number) => count * 1024 * 1024;

const machine: Machine = {
  version: '1',
  uptimeSeconds: 100_000,
  celsius: 50,
  memory: { limitBytes: megabytes(512), availableBytes: megabytes(300), pressurePercent: 0, processBytes: megabytes(60) },
  storage: { totalBytes: megabytes(30_000), freeBytes: megabytes(20_000), databaseBytes: megabytes(5), logBytes: 0, writesWaiting: 0 },
};
const backups: Backups = { items: [{ name: 'a', takenAt: '2026-11-22T03:00:00Z', sizeBytes: 1 }], next: null, folder: '/x', recoveryKey: true, drill: null };
const well: Known = {
  readiness: { status: 'ready', incidents: [], emergency: null },
  machine,
  jobs: [],
  feeds: [],
  warnings: [],
  backups,
  certificates: [{ authority: 'Home', authorityUntil: '2036-01-01T00:00:00Z', certificateUntil: '2027-01-01T00:00:00Z', names: [] }],
};
const kinds = (change: Partial<Known>) => findingsOf({ ...well, ...change }, now).map(({ kind }) => kind);

describe('what needs attention', () => {
  it('is nothing when all is well, and nothing where nothing is known', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ readiness: null, machine: null, warnings: null, backups: null, certificates: [] })).toEqual([]);
    expect(kinds({ machine: { ...machine, celsius: null, memory: { ...machine.memory, availableBytes: null }, storage: { ...machine.storage, freeBytes: null } } })).toEqual([]);
  });

  it('names an emergency once, and not again as the shortage that leads to it', () => {
    const short = { ...machine, storage: { ...machine.storage, freeBytes: 1000 } };
    expect(kinds({ machine: short })).toEqual(['storage']);
    expect(kinds({ machine: short, readiness: { status: 'emergency', incidents: [], emergency: { since: '2026-11-22T11:00:00Z', reasons: [{ reason: 'disk-full' }] } } })).toEqual(['emergency']);
  });

  it('names a server that does not answer, or was set aside', () => {
    const upstreams = (['untried', 'reachable', 'unreachable', 'isolated'] as const).map((state) => ({ name: state, state, reason: 'why' }));
    expect(findingsOf({ ...well, readiness: { status: 'ready', incidents: [], emergency: null, upstreams } }, now)).toEqual([
      { kind: 'server', name: 'unreachable', reason: 'why', isolated: false },
      { kind: 'server', name: 'isolated', reason: 'why', isolated: true },
    ]);
  });

  it('begins before the service itself calls it an emergency', () => {
    expect(kinds({ machine: { ...machine, celsius: 74.9 } })).toEqual([]);
    expect(kinds({ machine: { ...machine, celsius: 75 } })).toEqual(['warm']);
    expect(kinds({ machine: { ...machine, memory: { ...machine.memory, availableBytes: megabytes(40) } } })).toEqual(['memory']);
  });

  it('is a backup that is missing, old, or could not be restored', () => {
    expect(kinds({ backups: { ...backups, items: [] }, machine: { ...machine, uptimeSeconds: 60 } })).toEqual([]);
    expect(kinds({ backups: { ...backups, items: [] } })).toEqual(['noBackup']);
    expect(kinds({ backups: { ...backups, items: [{ ...backups.items[0]!, takenAt: '2026-11-18T03:00:00Z' }] } })).toEqual(['oldBackup']);
    expect(kinds({ backups: { ...backups, drill: { at: '2026-11-22T04:00:00Z', failure: 'broken' } } })).toEqual(['drill']);
    expect(kinds({ backups: { ...backups, recoveryKey: false } })).toEqual(['noRecoveryKey']);
  });

  it('is a certificate that ends soon, and of the two the one that people have to act on', () => {
    const [certificate] = well.certificates;
    const kindOf = (change: object) => findingsOf({ ...well, certificates: [{ ...certificate!, ...change }] }, now)[0];
    expect(kindOf({ authorityUntil: '2026-12-01T00:00:00Z', certificateUntil: '2026-11-23T00:00:00Z' })).toMatchObject({ ofAuthority: true });
    expect(kindOf({ certificateUntil: '2026-11-23T00:00:00Z' })).toMatchObject({ ofAuthority: false });
    expect(kindOf({ certificateUntil: '2026-12-05T00:00:00Z' })).toBeUndefined();
  });

  it('leaves out what was acknowledged, and knows a warning of a newer service as any other', () => {
    const warning = { sequence: 1, at: '2026-11-22T11:00:00Z', kind: 'from-the-future', text: null, acknowledged: false };
    expect(kinds({ warnings: [{ ...warning, acknowledged: true }] })).toEqual([]);
    expect(findingsOf({ ...well, warnings: [warning] }, now)).toEqual([{ kind: 'warning', sequence: 1, warning: 'other', text: '' }]);
  });

  it('has a name of its own each, also two feeds of one name with one failure, and keeps it while its numbers change', () => {
    const feed: Feed = { id: 'a', calendarId: 'a', name: 'School', address: '', state: 'failing', lastAttemptAt: null, lastSuccessAt: null, nextAttemptAt: null, error: null, eventCount: 0, skippedCount: 0 };
    const keys = (change: Partial<Known>) => findingsOf({ ...well, ...change }, now).map(keyOf);
    expect(new Set(keys({ feeds: [feed, { ...feed, id: 'b' }] })).size).toBe(2);
    expect(keys({ machine: { ...machine, celsius: 76 } })).toEqual(keys({ machine: { ...machine, celsius: 77 } }));
  });
});
