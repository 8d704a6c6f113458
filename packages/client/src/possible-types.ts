import introspection from './generated/possible-types.ts';

/** Which types each union and interface can be, for the caches of client libraries. */
export const { possibleTypes } = introspection;
