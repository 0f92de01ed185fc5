/** A script and the name under which errors speak of it. */
export interface Script {
	/** A path, as errors show it: `schemas/002-orders.sql`. */
	readonly file: string;
	readonly text: string;
}
