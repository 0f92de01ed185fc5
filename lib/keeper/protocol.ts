import type {ServerAddress} from '../server/server.ts';
import type {Combination} from '../template/combination.ts';
import type {TemplateRecord} from '../template/record.ts';
import type {KeeperEvent} from './timeline.ts';

/** Who the keeper is and what it runs tests on. */
export interface KeeperInfo {
	readonly pid: number;
	readonly version: string;
	/** Such as `embedded PostgreSQL 18.4 (npm)`. */
	readonly description: string;
	/** Why that server was chosen. */
	readonly reason: string;
	readonly logFile: string;
}

/** A worker's right to one server. It ends with the connection that asked for it. */
export interface Lease {
	readonly id: number;
	/** Which of the keeper's servers it is, from 0. */
	readonly slot: number;
	readonly address: ServerAddress;
	readonly version: number;
	/** How long the worker waited for it, in ms. */
	readonly waitMs: number;
}

/** A database for one lane of a worker, as good as new. */
export interface LaneDatabase {
	readonly name: string;
	readonly record: TemplateRecord;
	/** How it came about: it was there, it was cloned from a template, or its template had to be built first. */
	readonly source: 'ready' | 'cloned' | 'built';
	/** What handing it out took in the keeper, in ms. */
	readonly handoutMs: number;
}

/** Which database a lane wants. */
export interface LaneRequest {
	readonly lease: number;
	readonly combination: Combination;
	/** Numbered from 0, per lease and combination. */
	readonly lane: number;
}

/** Which clone is wanted, and how many more of its kind. */
export interface CloneRequest {
	readonly lease: number;
	readonly combination: Combination;
	/** How many more the caller will ask for, as far as it knows. */
	readonly expected: number;
}

/** Which clone to keep. */
export interface KeepRequest {
	readonly database: string;
	/** The process ids of its test's own connections: what they still run is ended. */
	readonly backends: readonly number[];
}

/** The database of a failed test, kept to be looked at. */
export interface KeptDatabase {
	/** A connection service file, which holds its address and password: `PGSERVICEFILE=... psql service=...`. */
	readonly serviceFile: string;
	readonly service: string;
	/** How long it stays after the run, in ms, unless newer ones take its place. */
	readonly lingerMs: number;
}

/** What preparing a run did. */
export interface Preparation {
	readonly fingerprint: string;
	/** True if the template was there; false if it was built now. */
	readonly isCached: boolean;
	/** The snapshot in whose place the template was built, because that one was damaged. */
	readonly damaged?: string | undefined;
	readonly tookMs: number;
}

/** One of the keeper's servers. */
export interface SlotStatus {
	readonly slot: number;
	readonly state: 'empty' | 'starting' | 'free' | 'leased';
	readonly server: string | undefined;
	readonly file: string | undefined;
	/** What the last start took, in ms, to its first query. */
	readonly startMs: number | undefined;
	readonly databases: number;
}

/** The snapshot that servers start from now. */
export interface SnapshotReport {
	readonly name: string;
	readonly fingerprint: string;
	/** When it was saved, and used last, in ms since the epoch. */
	readonly createdAt: number;
	readonly lastUsedAt: number;
	readonly sizeBytes: number;
}

/** What `dataflow-tdd status` shows. */
export interface KeeperStatus extends KeeperInfo {
	readonly projectDir: string;
	readonly fingerprint: string | undefined;
	readonly clients: number;
	readonly waiting: number;
	readonly slots: readonly SlotStatus[];
	readonly leases: number;
	readonly clones: number;
	/** The combinations of seed packs that tests have asked for, the newest first. */
	readonly combinations: ReadonlyArray<readonly string[]>;
	/** Resident memory of the keeper, in bytes. */
	readonly memoryBytes: number;
	readonly uptimeMs: number;
	readonly lingerMs: number;
}

/** What a keeper says of itself before anything has started. */
export interface KeeperAbout {
	readonly pid: number;
	readonly version: string;
	readonly projectDir: string;
	readonly logFile: string;
	readonly uptimeMs: number;
	/** Of its configuration, what servers depend on. */
	readonly options: Readonly<Record<string, unknown>>;
	/** Of its environment, what servers depend on. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** How many runs and test files are connected. */
	readonly users: number;
	/** False while it looks for a server to run tests on. */
	readonly isReady: boolean;
}

/** What clients can ask of the keeper. */
export interface KeeperApi {
	/** Whoever asks for no more than this and the status, without a greeting, only looks: the keeper stays no longer for it. */
	about(): Promise<KeeperAbout>;
	hello(client: {readonly version: string; readonly role: ClientRole}): Promise<KeeperInfo>;
	/** Sees to it that the template is there, and begins to start servers. */
	prepare(): Promise<Preparation>;
	acquire(file: string): Promise<Lease>;
	/** A clean release: nothing is open, no database was tainted. */
	release(lease: number): Promise<void>;
	/** Gives a lease back whose server does not answer its worker, and takes another: on a new server, unless this one is well. */
	renew(lease: number, file: string): Promise<Lease>;
	lane(request: LaneRequest): Promise<LaneDatabase>;
	/** Says that a test has left something behind in a database: it is replaced before anyone gets it. */
	taint(lease: number, database: string): Promise<void>;
	/** A database that nobody has had before, and that only the caller has for as long as it holds the lease. */
	clone(request: CloneRequest): Promise<LaneDatabase>;
	/** Has clones made ahead of need. */
	expectClones(request: CloneRequest): Promise<void>;
	/** Takes back a clone that a test has used. */
	retire(lease: number, database: string): Promise<void>;
	/** Keeps a clone for as long as its server runs; the newest few are kept. */
	keep(lease: number, request: KeepRequest): Promise<KeptDatabase>;
	status(): Promise<KeeperStatus>;
	/** Nothing before the template is there, and where template databases on a shared server take its place. */
	snapshot(): Promise<SnapshotReport | undefined>;
	/** What it did from a time on, in ms since the epoch. */
	timeline(since: number): Promise<readonly KeeperEvent[]>;
	/** Ends the keeper and everything that it started. */
	stop(): Promise<void>;
}

/** A run holds its connection for the length of an AVA run; a worker for a test file; a visitor for one question. */
export type ClientRole = 'run' | 'worker' | 'visitor';

/** What the keeper tells its clients without being asked. */
export interface ClientApi {
	progress(step: string, fraction?: number): void;
	/** The last worker has left, and none is waiting. Another may come at any time. */
	workersLeft(): void;
}
