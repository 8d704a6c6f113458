/** Fragments that each spread the next one twice: 2^26 paths to the last. */
export function doublingFragments(last: string): string {
  const spread = (index: number): string => `fragment F${index} on Mutation { ...F${index + 1} ...F${index + 1} }`;
  return `${Array.from({ length: 26 }, (_, index) => spread(index)).join(' ')} fragment F26 on Mutation { ${last} }`;
}
