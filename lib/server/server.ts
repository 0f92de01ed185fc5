import type {Readable} from 'node:stream';

/** The kinds of server the harness can run tests on. */
export type ServerKind = 'container' | 'embedded' | 'external';

/** Where a running server listens, and as whom the harness connects. That user may create databases and roles. */
export interface ServerAddress {
	/** A host name, an IP address, or the folder of a Unix socket. */
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** The maintenance database, to which nothing is ever written. */
	readonly database: string;
	/** True where connections have to be encrypted. */
	readonly ssl?: boolean;
	/** What a server that was there before has to show for the harness to change anything on it: the token of its marker. */
	readonly marker?: string;
	/** How other programs reach the server over TCP, where `host` is a socket folder. */
	readonly tcp?: {readonly host: string; readonly port: number};
}

/** A server as an adapter hands it over: it accepts connections, nobody has looked inside yet. */
export interface StartedServer {
	readonly address: ServerAddress;
	/** Says which server this is, for logs: a container id, a folder, a URL without its password. */
	readonly label: string;
	/** A folder of the server's machine that lies in memory, and in which databases may lie, where there is one. */
	readonly memoryFolder?: string;
	/** Resolves with a reason when the server has ended, whoever ended it. It never rejects. */
	readonly ended: Promise<string>;
	/** Stops the server and removes what it wrote. Calling it again returns the same promise. */
	stop(): Promise<void>;
	/** The tail of the server's own log, for diagnosis; an empty text where there is none. */
	log(): Promise<string>;
}

/** A running PostgreSQL, of a version that the harness works with. */
export interface Server extends StartedServer {
	/** The major version, such as 17. */
	readonly version: number;
}

/** What is known of a server before it starts. */
export interface ServerIdentity {
	/** Goes into the fingerprint: an image digest, or a binary's version. */
	readonly identity: string;
	/** For people: `container postgres:17`, `embedded PostgreSQL 18.4 (npm)`. */
	readonly description: string;
}

/** A saved state that servers start from. */
export interface Snapshot {
	readonly name: string;
	readonly createdAt: Date;
	readonly lastUsedAt: Date;
	/** What it occupies on disk, in bytes. */
	readonly sizeBytes: number;
	/** How many saves lie upon each other in it. Nothing where each snapshot is whole in itself. */
	readonly layers?: number;
}

/** Tells a person what takes long: `pulling postgres:17`, 0.42 of the way. */
export type Progress = (step: string, fraction?: number) => void;

/** What a start needs to know. */
export interface StartRequest {
	/** Start from this snapshot; without it, from a fresh, empty cluster. */
	readonly snapshot?: string;
	/** Written on what is started, so that a later sweep can tell whose it is: the keeper's id, `host:pid:start`. */
	readonly owner: string;
	readonly progress?: Progress;
}

/** Turns snapshots into bytes, and back: what archives are made of. */
export interface SnapshotPacker {
	/** Reads a snapshot as a tar, uncompressed. */
	pack(name: string): Promise<Readable>;
	/**
	 * Makes a snapshot of that name from what `pack` gave. Complete or absent, never half.
	 * @param open begins to read the tar; it may be called more than once
	 * @throws {ERR_SNAPSHOT_DAMAGED} for what no snapshot holds: links, files that lie elsewhere, names of other images
	 */
	unpack(name: string, open: () => Readable, signal?: AbortSignal): Promise<void>;
}

/** What is to be pushed, and to where. */
export interface PushRequest {
	readonly name: string;
	/** Such as `registry.example.com/team/snapshots`, without a tag. */
	readonly repository: string;
	readonly tag: string;
	readonly progress: Progress;
	readonly signal?: AbortSignal | undefined;
}

/** What is to be pulled, and what it has to be. */
export interface PullRequest extends Omit<PushRequest, 'name'> {
	/** The one thing that may come, such as `sha256:...`. Default: whatever bears the tag. */
	readonly digest?: string | undefined;
	/** True for the name of a snapshot that is wanted. */
	readonly isWanted: (name: string) => boolean;
}

/** Brings snapshots to registries, and from there. */
export interface SnapshotCarrier {
	/**
	 * @returns the digest under which the registry has it
	 * @throws {ERR_SNAPSHOT_REGISTRY}, {ERR_SNAPSHOT_LOGIN}
	 */
	push(request: PushRequest): Promise<string>;
	/**
	 * Takes a snapshot over if it is what is wanted. Complete or absent, never half.
	 * @throws {ERR_SNAPSHOT_MISMATCH}, {ERR_SNAPSHOT_ABSENT}, {ERR_SNAPSHOT_REGISTRY}, {ERR_SNAPSHOT_LOGIN}
	 */
	pull(request: PullRequest): Promise<{readonly name: string; readonly digest: string; readonly sizeBytes: number}>;
}

/** What a run wants of a server that others use, too. */
export interface ShareRequest {
	/** The keeper, as names of databases have it: 8 hex digits. */
	readonly owner: string;
	/** How many workers at most. */
	readonly workers: number;
	readonly lanes: number;
	/** How long to wait for a place, in ms. Default: ten minutes. */
	readonly patienceMs?: number;
	readonly progress?: Progress;
}

/** What a run may use of a server that others use, too. By the connection that holds it, others know that the run is alive. */
export interface Share {
	/** How many workers it is enough for: at least one. */
	readonly workers: number;
	/** For people: `2 of 4 workers, 11 of its 97 connections`. */
	readonly description: string;
	release(): Promise<void>;
}

/** The port: starts servers of one kind, saves and finds snapshots, and sweeps what dead owners left. */
export interface ServerAdapter {
	readonly kind: ServerKind;
	/** False where a server's state cannot be saved whole: there, its template databases are the snapshot. */
	readonly canSnapshot: boolean;
	/** Tells what would be started, fetching it first (an image is pulled) if it is not here. */
	identify(progress?: Progress): Promise<ServerIdentity>;
	/** Starts a server and waits until it accepts connections. A start that fails half-way leaves nothing. */
	start(request: StartRequest): Promise<StartedServer>;
	/** Stops a server and saves its state under a name, which must match `[a-z0-9-]{1,64}`. Complete or absent, never half. */
	save(server: StartedServer, name: string): Promise<void>;
	list(): Promise<Snapshot[]>;
	/** True if a snapshot of that name is there and whole. */
	has(name: string): Promise<boolean>;
	/** Removes a snapshot; one that is not there is no error. */
	remove(name: string): Promise<void>;
	/** How snapshots come to registries; nothing where they are no images. */
	readonly carrier?: SnapshotCarrier;
	/** How snapshots become archives; nothing where `canSnapshot` is false. */
	readonly packer?: SnapshotPacker;
	/** Removes the servers of owners that are dead; returns the labels of what it removed. */
	sweep(isAlive: (owner: string) => boolean): Promise<string[]>;
	/**
	 * Where servers stay: takes a share of its connections, so that runs do not take them from each other; waits while others hold them.
	 * @throws {ERR_SERVER_FULL}
	 */
	share?(request: ShareRequest): Promise<Share>;
	/**
	 * Where servers stay: drops what one owner, known to be dead, has left, by its name in databases. What somebody is connected
	 * to is left for now; returns true if there is something of that kind.
	 */
	sweepOwner?(owner: string): Promise<boolean>;
}
