/** Where the types of a project are registered, unless it is said otherwise. */
export const defaultTypesFile = 'tests/tdd-env.d.ts';
