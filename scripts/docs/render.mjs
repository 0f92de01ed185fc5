import GithubSlugger from 'github-slugger';

const groups = [
	['Fixtures', ({file, isValue}) => isValue && file.includes('/fixtures/')],
	['Errors', ({name, isClass}) => (isClass && name.endsWith('Error')) || name === 'ErrorCode'],
	['Managers and measurements', ({file, isValue}) => isValue && /\/(?:managers|history)\//.test(file)],
	['Functions and constants', ({isValue}) => isValue],
	['Contexts', ({name, file}) => /Context$|Connection$|^(?:Models?|Dataflow|Barrier|ContextSavepoint|Disposable|Harness|SeededData)$/.test(name) || (file.includes('/fixtures/') && /Tools$|Monitoring$|Tracking$|Fallback$|Enhancement$/.test(name))],
	['Options', ({name}) => /Options$|Bounds$|Limits$|Source$|Definition$|^Threshold$/.test(name)],
	['Types', () => true],
];

/** Each export under its heading, with the anchor that GitHub gives it. */
function arrange(doors) {
	const slugger = new GithubSlugger();
	const anchors = new Map();
	slugger.slug('API reference');
	const sections = doors.map(({door, own, shared, named}) => {
		slugger.slug(door);
		const left = new Set(own);
		const parts = groups.map(([title, belongs]) => {
			const entries = [...left].filter(exported => belongs(exported));
			entries.forEach(entry => left.delete(entry));
			return {title, entries};
		}).filter(({entries}) => entries.length > 0);
		for (const {title, entries} of parts) {
			slugger.slug(title);
			entries.forEach(entry => anchors.set(entry, slugger.slug(entry.name)));
		}

		const further = [...new Map(named.map(entry => [`${entry.name} ${entry.signature}`, entry])).values()];
		if (further.length > 0) {
			slugger.slug('Named above');
			further.forEach(entry => anchors.set(entry, slugger.slug(entry.name)));
		}

		return {door, parts, shared, further};
	});
	return {sections, anchors};
}

/** Writes one page. */
class Writer {
	#byName = new Map();
	#anchors;

	constructor(anchors) {
		this.#anchors = anchors;
		for (const [entry, anchor] of anchors) {
			this.#byName.set(entry.name, this.#byName.get(entry.name) ?? anchor);
		}
	}

	link(entry) {
		return `[\`${entry.name}\`](#${this.#anchors.get(entry) ?? this.#byName.get(entry.name)})`;
	}

	/** A docblock's text, its {@link}s led to this page, and codes of errors to theirs. */
	text(parts = []) {
		return parts.map(part => {
			if (part.kind === 'inline-tag') {
				const [name, ...words] = part.text.split('|');
				const anchor = this.#byName.get(name.trim().split('.')[0]);
				return anchor ? `[${words.join('|').trim() || `\`${name.trim()}\``}](#${anchor})` : name.startsWith('https:') ? `<${name.trim()}>` : `\`${name.trim()}\``;
			}

			return part.kind === 'code' ? part.text : part.text.replaceAll('<', '&lt;').replaceAll('—', '-');
		}).join('').trim();
	}

	/** What can go wrong, and where to read on. */
	tags(comment) {
		const blocks = comment?.blockTags ?? [];
		const throws = blocks.filter(({tag}) => tag === '@throws').map(({content}) => this.text(content).replace(/^\{(ERR_\w+)\}/, (_, code) => `[\`${code}\`](errors.md#${code.toLowerCase()})`).replace(/^\{(\w+)\}/, '`$1`'));
		const see = blocks.filter(({tag}) => tag === '@see').map(({content}) => this.text(content).replace(/^(https:\S+)$/, '<$1>'));
		return [
			...throws.length === 1 ? [`Throws ${throws[0].replaceAll('\n', ' ')}`] : throws.length > 1 ? [`Throws:\n\n${throws.map(text => `- ${text.replaceAll('\n', ' ')}`).join('\n')}`] : [],
			...see.map(text => `See ${text}`),
		];
	}

	members(members) {
		if (members.length === 0) {
			return [];
		}

		const cell = text => text.replaceAll('\n', ' ').replaceAll(/(?<!\\)\|/g, '\\|');
		const rows = members.map(({name, type, isOptional, comment}) => `| \`${name}${isOptional ? '?' : ''}\` | ${type === '' ? '' : `\`${cell(type)}\``} | ${cell([this.text(comment?.summary), ...this.tags(comment)].join(' '))} |`);
		return [['| member | type | |', '| --- | --- | --- |', ...rows].join('\n')];
	}

	/** A union of codes is a list that leads to each; a shape without anything beside its name is told by its members. */
	signature({name, signature, members}) {
		if (name === 'ErrorCode') {
			return [[...signature.matchAll(/'(ERR_\w+)'/g)].map(([, code]) => `[\`${code}\`](errors.md#${code.toLowerCase()})`).join(' · ')];
		}

		return members.length > 0 && signature === `interface ${name}` ? [] : [`\`\`\`ts\n${signature}\n\`\`\``];
	}

	parameters({parameters, comment}) {
		const returns = comment?.blockTags.find(({tag}) => tag === '@returns');
		const lines = [...parameters.map(({name, comment: own}) => `- \`${name}\`: ${this.text(own.summary).replaceAll('\n', ' ')}`), ...returns ? [`- returns ${this.text(returns.content).replaceAll('\n', ' ')}`] : []];
		return lines.length > 0 ? [lines.join('\n')] : [];
	}

	entry(entry, level) {
		const {name, comment, members, isType} = entry;
		return [`${'#'.repeat(level)} ${name}`, this.text(comment?.summary), ...this.signature(entry), ...this.parameters(entry), ...this.tags(comment), ...this.members(isType && !entry.isShape ? members.filter(member => member.comment) : members)].filter(text => text !== '');
	}
}

const about = {
	'dataflow-tdd': 'What is the same under every runner, and without one.',
	'dataflow-tdd/ava': 'Fixtures for AVA: each is given to `test` as the implementation, with the body as its argument.',
	'dataflow-tdd/ava/config': 'For `ava.config.mjs`.',
	'dataflow-tdd/eslint': 'A plugin for ESLint and oxlint: `import dataflowTdd from \'dataflow-tdd/eslint\'`.',
};

/** The page as Markdown. */
export function renderPage(doors) {
	const {sections, anchors} = arrange(doors);
	const writer = new Writer(anchors);
	const lists = sections.map(({door, parts}) => `| [\`${door}\`](#${new GithubSlugger().slug(door)}) | ${parts.map(({title, entries}) => `${title.toLowerCase()}: ${entries.map(entry => writer.link(entry)).join(', ')}`).join('<br>')} |`);
	return `${[
		'# API reference',
		'<!-- Written by scripts/api.mjs from the docblocks of lib/. -->',
		'What the doors of the package export, from their docblocks. What several doors export stands under the first of them. An option says what happens without it; a code of an error leads to [what to do about it](errors.md).',
		['| import from | exports |', '| --- | --- |', ...lists].join('\n'),
		...sections.flatMap(({door, parts, shared, further}) => [
			`## ${door}`,
			...about[door] ? [about[door]] : [],
			...shared.length > 0 ? [`It also exports ${shared.map(entry => writer.link(entry)).join(', ')}.`] : [],
			...parts.flatMap(({title, entries}) => [`### ${title}`, ...entries.flatMap(entry => writer.entry(entry, 4))]),
			...further.length > 0 ? ['### Named above', 'Types of what one is given or gives. They cannot be imported by name.', ...further.flatMap(entry => writer.entry(entry, 4))] : [],
		]),
	].join('\n\n')}\n`;
}
