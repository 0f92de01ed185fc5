/** The oldest PostgreSQL major version that the harness works with (it is the oldest one that its tests run on). */
export const minimumVersion = 15;

/** The major version in `server_version_num` form, 170006, as 17. */
export function majorVersion(versionNumber: number): number {
	return Math.floor(versionNumber / 10_000);
}
