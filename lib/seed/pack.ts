import type {Kysely} from 'kysely';

const brand = Symbol.for('dataflow-tdd.seed-pack');

/** Rows that belong together, loaded once into a template; tests read what `load` returned without running anything. */
export interface SeedPack<Name extends string = string, Result = unknown> {
	/** What `tddSeededData` and other packs name it by. */
	readonly name: Name;
	/** The packs that are loaded before it: the key under which `load` gets their results, and which pack. */
	readonly needs: Readonly<Record<string, AnySeedPack | string>>;
	/** Inserts the rows, and returns what tests want to know of them. */
	readonly load: (db: Kysely<any>, needs: any) => Promise<Result> | Result;
	/** Tells a pack from another object. */
	readonly [brand]: true;
}

/** A pack of which nothing is known. */
export type AnySeedPack = SeedPack;

/** What a pack's `load` returned. */
export type SeedResult<P> = P extends SeedPack<string, infer Result> ? Result : never;

/** A pack, or the name of one (such as a `.sql` pack), whose result has no type then. */
type Need = AnySeedPack | string;
type Needs = readonly Need[] | Readonly<Record<string, Need>>;

type NameOf<N> = N extends SeedPack<infer Name, any> ? Name : N extends string ? N : never;
type ResultOf<N> = N extends AnySeedPack ? SeedResult<N> : any;

/** The results of needed packs, under their names, or under the keys they were needed as. */
export type NeededResults<N extends Needs> = N extends readonly Need[]
	? {[One in N[number] as NameOf<One>]: ResultOf<One>}
	: {[Key in keyof N]: ResultOf<N[Key]>};

/** What a user writes to define a pack. */
export interface SeedPackDefinition<DB, Name extends string, N extends Needs, Result> {
	/** How tests ask for it: `tddSeededData('shop')`. */
	readonly name: Name;
	/** Packs to load first: a list, whose results come under the packs' names, or an object, whose keys you choose. */
	readonly needs?: N;
	/**
	 * Inserts the rows. What it returns is stored with the template, and each test gets a fresh copy: plain data, Date, Map,
	 * Set, BigInt and typed arrays are kept.
	 */
	readonly load: (db: Kysely<DB>, needs: NeededResults<N>) => Promise<Result> | Result;
}

function nameNeeds(needs: Needs): Record<string, AnySeedPack | string> {
	const list = needs as ReadonlyArray<AnySeedPack | string>;
	return Array.isArray(needs)
		? Object.fromEntries(list.map(need => [typeof need === 'string' ? need : need.name, need]))
		: {...needs as Readonly<Record<string, AnySeedPack | string>>};
}

/**
 * Defines a seed pack: `defineSeedPack<DB>()({name: 'shop', needs: [people], load: async (db, {people}) => ({...})})`.
 * The empty call fixes the database type, so that everything else is inferred.
 */
export function defineSeedPack<DB>() {
	return <const Name extends string, Result, const N extends Needs = readonly []>(
		definition: SeedPackDefinition<DB, Name, N, Result>,
	): SeedPack<Name, Awaited<Result>> => ({
		name: definition.name,
		needs: nameNeeds(definition.needs ?? []),
		load: definition.load as SeedPack<Name, Awaited<Result>>['load'],
		[brand]: true,
	});
}

/** True for what {@link defineSeedPack} returned, also when another copy of this module made it. */
export function isSeedPack(value: unknown): value is AnySeedPack {
	return typeof value === 'object' && value !== null && (value as {[brand]?: unknown})[brand] === true;
}
