import test from 'ava';
import {parse} from 'devalue';
import type {Server} from '#lib/server/server.js';
import type {TemplateRecord} from '#lib/template/record.js';
import {build, dump, freshFingerprint, repository, startTestServer, withTemplate} from './seed-project.ts';

const all = ['loyalty', 'returns', 'shop'];
let server: Server;
/** All packs at once, the same again, and one on top of the other. */
let first: TemplateRecord;
let second: TemplateRecord;
let layered: TemplateRecord;

async function buildPacks(...packs: ReadonlyArray<readonly string[]>): Promise<TemplateRecord> {
	const fingerprint = freshFingerprint();
	const {record} = await build(server, {projectDir: repository, fingerprint, packs});
	return record;
}

test.before(async () => {
	server = await startTestServer();
	first = await buildPacks(all);
	second = await buildPacks(all);
	layered = await buildPacks(['shop'], ['loyalty'], all);
});

test.after.always(async () => {
	await server.stop();
});

// One at a time, because looking into a template opens it and closes it again.
test.serial('G36: the packs of this repository are the same each time that they are loaded', async t => {
	t.deepEqual(await dump(server, second), await dump(server, first));
});

test.serial('G32, G36: the packs of this repository are the same layered as from scratch', async t => {
	t.deepEqual(await dump(server, layered), await dump(server, first));
});

test('a template holds what its packs returned', t => {
	t.deepEqual(first.packs, ['shop', 'loyalty', 'returns']);
	const {balances, adaEarned} = parse(first.results.loyalty!) as {balances: unknown; adaEarned: {created_at: unknown}};
	t.deepEqual(balances, new Map([['ada@example.com', 115], ['grace@example.com', 145]]));
	t.deepEqual(adaEarned.created_at, new Date('2024-03-06T08:05:00Z'));
	t.is(parse(first.results.returns!), undefined);
});

test.serial('people in the packs have reserved addresses and numbers only', async t => {
	const {rows} = await withTemplate(server, first, async client => client.query<{email: string; phone: string | null}>('select email, phone from users'));
	t.true(rows.length > 0);
	for (const {email, phone} of rows) {
		t.regex(email, /@example\.com$/);
		t.regex(phone ?? '555-0100', /^555-01\d\d$/);
	}
});
