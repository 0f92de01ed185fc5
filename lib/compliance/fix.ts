import type {ComplianceIssue} from './validate.ts';

/** Mends a text by the fixes of its issues. Of fixes that overlap the first is applied; a further check finds what is left. */
export function applyFixes(text: string, issues: readonly ComplianceIssue[]): string {
	const fixes = issues.flatMap(({fix}) => fix ?? []).toSorted((one, other) => one.range[0] - other.range[0]);
	let [at, mended] = [0, ''];
	for (const {range: [start, end], text: replacement} of fixes) {
		if (start >= at) {
			mended += text.slice(at, start) + replacement;
			at = end;
		}
	}

	return mended + text.slice(at);
}
