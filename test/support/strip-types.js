import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/** Jest runs what `node src/main.ts` runs: the same source with its types blanked out, line numbers kept. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source, path, { configString, instrument }) =>
    createHash('sha256').update(`${process.version} ${configString} ${instrument} ${path} ${source}`).digest('hex'),
};
