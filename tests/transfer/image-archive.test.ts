import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import test from 'ava';
import {pack} from 'tar-stream';
import {unpackImage} from '#lib/server/container/image-archive.js';

/** Stands where an engine would: what gets so far is found out. */
const engine = new Proxy({}, {
	get() {
		throw new Error('the engine was asked');
	},
}) as never;

const nameless = JSON.stringify([{Config: 'blobs/sha256/0', RepoTags: null, Layers: []}]);
const named = JSON.stringify([{Config: 'blobs/sha256/0', RepoTags: ['postgres:17'], Layers: []}]);

async function load(...entries: ReadonlyArray<readonly [name: string, content: string]>): Promise<void> {
	const archive = pack();
	for (const [name, content] of entries) {
		archive.entry({name}, content);
	}

	archive.finalize();
	const tar = await buffer(archive as unknown as Readable);
	await unpackImage(engine, {name: 'any', base: {} as never, open: () => Readable.from([tar])});
}

test('an image that bears no name comes to the engine', async t => {
	await t.throwsAsync(load(['blobs/sha256/0', '{}'], ['manifest.json', nameless]), {message: 'the engine was asked'});
});

test('an image that bears a name is refused before the engine sees it', async t => {
	await t.throwsAsync(load(['manifest.json', named]), {code: 'ERR_SNAPSHOT_DAMAGED', message: /postgres:17/});
});

for (const name of ['/manifest.json', '././manifest.json', './/manifest.json', 'blobs/../manifest.json', 'link/manifest.json']) {
	test(`names for images in ${name}, which unpacks into the place of another, are refused`, async t => {
		await t.throwsAsync(load(['manifest.json', nameless], [name, named]), {code: 'ERR_SNAPSHOT_DAMAGED', message: /manifest\.json is there twice/});
	});
}
