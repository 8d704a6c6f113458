import { ConfigError, type Config } from '../../config.ts';
import { readLessons } from '../../upstream/refusals-file.ts';
import { readManifest } from '../../server/trusted-documents.ts';
import { ok, problem, type Finding } from './finding.ts';

/** The files that settings name; none where they name none. */
export async function checkFiles({ iamport, trustedDocuments }: Config): Promise<readonly Finding[]> {
  const { refusalsFile } = iamport;
  return [
    ...(refusalsFile === null ? [] : read('refusals', () => `entries: ${readLessons(refusalsFile).length}`)),
    ...(trustedDocuments === null ? [] : read('documents', () => `trusted: ${readManifest(trustedDocuments).size}`)),
  ];
}

function read(name: string, count: () => string): readonly Finding[] {
  try {
    return [ok(name, count())];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((text) => problem(name, text));
  }
}
