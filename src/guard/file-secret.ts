import type { FileLink, FileRecord } from './file-link.ts';
import type { Hmac } from './hmac.ts';
import { createSecretWatch, SECRET_TTL_MS, type SecretNews } from './secret-watch.ts';

const [KIND, KEY] = ['secret', 'guard'];

/** Whether the processes that used the file within the last ten minutes had the same secret; null without any. Only reads. */
export async function isFileSecretShared(file: FileLink, hmac: Hmac): Promise<boolean | null> {
  const proof = await file.read((records, now) => liveProof(records.get(KIND, KEY), now));
  return proof === null ? null : proof === hmac('secret');
}

/** Watches the secret of a store file, from the start of this process on. Answers a function that ends the watch. */
export function watchFileSecret(
  file: FileLink,
  hmac: Hmac,
  tell: (news: SecretNews) => void,
  ttlMs = SECRET_TTL_MS,
): () => void {
  const proof = hmac('secret');
  const agree = (): Promise<boolean> =>
    file.write((records, now) => {
      if ((liveProof(records.get(KIND, KEY), now) ?? proof) !== proof) return false;
      records.set(KIND, KEY, { value: proof, endsAt: now + ttlMs });
      return true;
    });
  const { compare, end } = createSecretWatch(agree, tell, ttlMs);
  compare();
  return end;
}

function liveProof(found: FileRecord | null, now: number): string | null {
  return found && found.endsAt > now ? found.value : null;
}
