import type {SeedPack, SeedResult} from './pack.ts';

/**
 * Where a project registers its types, once:
 * `declare module 'dataflow-tdd' { interface Register { database: DB; seeds: typeof import('../seeds/index.js') } }`.
 * `dataflow-tdd types` writes that file.
 */
export interface Register {}

/** The database type of the project; without a registration, every table and column is allowed. */
export type RegisteredDatabase = Register extends {database: infer DB} ? DB : any;

type PackName<P> = P extends SeedPack<infer Name, any> ? Name : never;

/** The results of the project's packs, by pack name. */
export type RegisteredSeeds = Register extends {seeds: infer Module}
	? {[Key in keyof Module as PackName<Module[Key]>]: SeedResult<Module[Key]>}
	: Record<string, any>;
