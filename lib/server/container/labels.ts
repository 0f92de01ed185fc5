/** The labels that the harness writes on containers and images. */
export const labels = {
	/** `server` on containers, `snapshot` on images. */
	kind: 'dataflow-tdd.kind',
	/** On containers: the owner of {@link StartRequest}. */
	owner: 'dataflow-tdd.owner',
	/** On snapshots: the password that the server inside has until the harness gives it a new one. */
	password: 'dataflow-tdd.password',
	/** On snapshots: the size in bytes of the image they were made from. */
	baseBytes: 'dataflow-tdd.base-bytes',
	/** On snapshots: how many layers saving has put upon the image they were made from. */
	layers: 'dataflow-tdd.layers',
	/** On snapshots: their name, which begins with the fingerprint of what went into them. */
	name: 'dataflow-tdd.snapshot',
	/** On snapshots: raised when labels, or where the data lie, change their meaning. */
	format: 'dataflow-tdd.format',
	/** On snapshots: the digest and platform of the image of PostgreSQL they were made from. */
	base: 'dataflow-tdd.base',
} as const;

/** What {@link labels.format} is now. */
export const snapshotFormat = '1';
