/**
 * A folder in memory, for databases of single tests: on an overlay file system, making and dropping one takes some ten times as long.
 * Every container has this one; it is not part of a snapshot.
 */
export const memoryFolder = '/dev/shm';

/** What may lie in it; memory is taken only for what does. Engines give 64 MB unless asked. */
export const memoryBytes = 1024 ** 3;
