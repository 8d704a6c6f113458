import { bulkhead } from 'cockatiel';
import DataLoader from 'dataloader';
import type { CertificationRecord } from './iamport/record.ts';
import type { Iamport } from './iamport/source.ts';

export interface Loaders {
  /** Reads each impUid once per request. */
  readonly certification: DataLoader<string, CertificationRecord>;
  /** Counts one entity reference of this request; false beyond the limit. */
  takeReference(): boolean;
}

/** The upstream has no batch read; this many single ones run at a time for one request. */
const PARALLEL_READS = 8;

export function createLoaders(iamport: Iamport, maxReferences: number): Loaders {
  const reads = bulkhead(PARALLEL_READS, Number.POSITIVE_INFINITY);
  const read = async (impUid: string): Promise<CertificationRecord | Error> => {
    try {
      return await reads.execute(() => iamport.certification(impUid));
    } catch (error) {
      return error as Error; // a key's own failure, and not its neighbours'
    }
  };
  let references = 0;
  return {
    certification: new DataLoader((impUids) => Promise.all(impUids.map(read))),
    takeReference: () => ++references <= maxReferences,
  };
}
