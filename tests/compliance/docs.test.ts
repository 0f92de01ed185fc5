import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {validateTddCompliance} from '#lib/compliance/validate.js';
import {folderFor} from '../helpers/folder.ts';

const page = await readFile(path.resolve(import.meta.dirname, '../../docs/compliance.md'), 'utf8');
const examples = page.split(/^## /m).flatMap(section => {
	const [rule] = section.split('\n', 1);
	return [...section.matchAll(/^```ts\n\/\/ (wrong|right)(.*?)\n(.*?)^```$/gms)].map(([, verdict, , code]) => ({rule: rule!, verdict: verdict!, code: code!}));
});

const imports = `import test from 'ava';
import pg, {Client, type Pool} from 'pg';
import {PostgreSqlContainer} from '@testcontainers/postgresql';
import {Kysely} from 'kysely';
import {tddTestContext, tddParallelSafe, enhancedTddContext, expectQueries} from 'dataflow-tdd/ava';
import {createUser, checkout, ada, Users} from '../src/app.ts';
`;

/** The examples are shortened: what they stand on, and the end of a test, are left out. */
function complete(code: string): string {
	const clients = [
		/\bpool\./.test(code) && !/const pool|\bpool\}/.test(code) ? 'const pool = new pg.Pool();\n' : '',
		/\bclient\./.test(code) && !/const client/.test(code) ? 'const client = new Client();\n' : '',
	].join('');
	const plain = (title: string, body: string): string => `test('${title}', tddTestContext, async (t, {connection}) => {\n${body}\n});\n`;
	if (code.startsWith('await ')) {
		return imports + plain('one', code) + plain('another', code);
	}

	const isOpen = /^test\(.*=> \{\n(?!.*^\}\);\n)/ms.test(code);
	return imports + clients + (/^test\(/m.test(code) ? '' : plain('a user is stored', 't.pass();')) + code + (isOpen ? '});\n' : '');
}

test('each wrong example in docs/compliance.md breaks its rule, and each right one breaks none', async t => {
	const folder = await folderFor(t);
	t.true(examples.length > 15);
	for (const [index, {rule, verdict, code}] of examples.entries()) {
		const file = path.join(folder, `${index}.test.ts`);
		await writeFile(file, complete(code));
		const broken = (await validateTddCompliance(file)).map(issue => issue.rule as string);
		t.is(broken.includes(rule), verdict === 'wrong', `${rule}, ${verdict}: ${broken.join(', ') || 'nothing'}\n${code}`);
		t.true(verdict === 'wrong' || broken.length === 0, `${rule}: ${broken.join(', ')}\n${code}`);
	}
});
