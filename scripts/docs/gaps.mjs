// What a reader needs and a docblock does not say.
const textOf = comment => (comment?.summary ?? []).map(({text}) => text).join('');

/** What an option has to say: what happens without it, and what its number counts. */
function optionGap({name, isOptional, comment, type}) {
	const text = textOf(comment);
	if (isOptional && !/\bdefault|\bwithout (?:it|them)\b/i.test(text)) {
		return 'does not say its default';
	}

	const units = {Ms: /\bms\b|milliseconds/, Bytes: /\bbytes\b/, Mb: /\bMB\b/};
	const [, unit] = /(Ms|Bytes|Mb)$/.exec(name) ?? [];
	return unit !== undefined && /number/.test(type) && !units[unit].test(text) ? `does not say its unit (${unit})` : undefined;
}

function memberGap(exported, member) {
	if (textOf(member.comment) === '') {
		return 'has no docblock';
	}

	return exported.name.endsWith('Options') ? optionGap(member) : undefined;
}

/** Each export and member that lacks something, with its file. */
export function findGaps(doors) {
	return doors.flatMap(({own, named}) => [...own, ...named.filter(({isShape}) => isShape)]).flatMap(exported => [
		...textOf(exported.comment) === '' ? [`${exported.file}: ${exported.name} has no docblock`] : [],
		...exported.members.flatMap(member => {
			const gap = memberGap(exported, member);
			return gap ? [`${exported.file}: ${exported.name}.${member.name} ${gap}`] : [];
		}),
	]).filter((text, index, all) => all.indexOf(text) === index).map(text => text.replace(/^build\//, 'lib/').replace(/\.d\.ts:/, '.ts:'));
}
