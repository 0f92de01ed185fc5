import test from 'ava';
import {templateName} from '#lib/config/names.js';
import type {CloneStrategies} from '#lib/keeper/clone-strategy.js';
import {ServerDatabases} from '#lib/keeper/databases.js';
import {connectClient, withClient} from '#lib/postgres/client.js';
import {createDatabase, sealDatabase} from '#lib/postgres/databases.js';
import {bareCombination} from '#lib/template/combination.js';
import {withScratchServer} from '../helpers/scratch-server.ts';

const fingerprint = 'f'.repeat(64);

test('a way to clone that this server refuses is given up for the ordinary one', async t => {
	const address = await withScratchServer(t);
	const admin = await connectClient(address);
	t.teardown(async () => admin.end());
	await createDatabase(admin, 'tdd_b_template');
	const record = {fingerprint, combination: bareCombination, packs: [], results: {}, sequences: [], tables: [], buildMs: 1, sizeBytes: 1};
	await sealDatabase(admin, 'tdd_b_template', {as: templateName(fingerprint, 'schema'), comment: JSON.stringify(record)});
	const strategies = {recall: () => ({strategy: 'by_carrier_pigeon'}), isWanting: false} as unknown as CloneStrategies;
	const databases = await ServerDatabases.open({admin, fingerprint, databaseOwner: 'test', strategies, version: 18, budgetBytes: 1e9, build: async () => t.fail() as never});
	const {name} = await databases.clone(bareCombination, 0);
	t.is(await withClient({...address, database: name}, async client => (await client.query('select 1')).rowCount), 1);
});
