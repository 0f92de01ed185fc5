/** What is used of it; it comes without types. */
declare module 'semver/functions/satisfies.js' {
	export default function satisfies(version: string, range: string, options?: {readonly includePrerelease?: boolean}): boolean;
}

declare module 'semver/ranges/ltr.js' {
	export default function ltr(version: string, range: string, options?: {readonly includePrerelease?: boolean}): boolean;
}
