import { ConfigError, type Config } from '../../config.ts';
import { readRefusalRules } from '../../upstream/refusals-file.ts';
import { readTestIdentities, type TestIdentities } from '../../test-identities.ts';
import { readManifest } from '../../server/trusted-documents.ts';
import { ok, problem, type Finding } from './finding.ts';

/** The files that settings name; none where they name none. */
export async function checkFiles({ iamport, trustedDocuments }: Config): Promise<readonly Finding[]> {
  const { refusalsFile, testIdentitiesFile } = iamport;
  return [
    ...(refusalsFile === null ? [] : read('refusals', () => `entries: ${readRefusalRules(refusalsFile).length}`)),
    ...(testIdentitiesFile === null ? [] : read('identities', () => countOf(readTestIdentities(testIdentitiesFile)))),
    ...(trustedDocuments === null ? [] : read('documents', () => `trusted: ${readManifest(trustedDocuments).size}`)),
  ];
}

const countOf = ({ identities, until }: TestIdentities): string => `for tests: ${identities.length}, until ${until}`;

function read(name: string, count: () => string): readonly Finding[] {
  try {
    return [ok(name, count())];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((text) => problem(name, text));
  }
}
