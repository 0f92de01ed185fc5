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
} as const;
