import test from 'ava';
import {assertOurs} from '#lib/server/container/arrival.js';
import {identityOf, type Image} from '#lib/server/container/image.js';
import {isNameOf} from '#lib/transfer/manifest.js';

const fingerprint = '0123456789abcdef0123456789abcdef01234567';
const name = `${fingerprint.slice(0, 24)}-e3b0c442`;
const base: Image = {
	reference: 'postgres:17', id: 'sha256:1', digest: 'sha256:2', platform: 'linux/amd64', layers: ['sha256:a', 'sha256:b'], user: '', sizeBytes: 1, createdAt: new Date(0),
	entrypoint: ['docker-entrypoint.sh'], command: ['postgres'], isRoot: true, volumes: [], environment: {}, labels: {},
};
const labels = {
	'dataflow-tdd.kind': 'snapshot', 'dataflow-tdd.format': '1', 'dataflow-tdd.snapshot': name, 'dataflow-tdd.base': identityOf(base), 'dataflow-tdd.layers': '1',
};
const ours: Image = {...base, id: 'sha256:3', layers: [...base.layers, 'sha256:c'], labels};
const look = (image: Image): string => assertOurs({image, base, source: 'registry/name', isWanted: found => isNameOf(fingerprint, found)});

test('an image that was saved from these sources on this PostgreSQL is taken over', t => {
	t.is(look(ours), name);
});

/** By what the message says, where that is another word. */
const said: Readonly<Record<string, string>> = {'form of name': 'fingerprint', command: 'entry point'};
const others: Readonly<Record<string, Partial<Image>>> = {
	kind: {labels: {...labels, 'dataflow-tdd.kind': 'server'}},
	format: {labels: {...labels, 'dataflow-tdd.format': '2'}},
	fingerprint: {labels: {...labels, 'dataflow-tdd.snapshot': name.replace('0', '9')}},
	'form of name': {labels: {...labels, 'dataflow-tdd.snapshot': `${fingerprint.slice(0, 24)}-latest`}},
	platform: {platform: 'linux/arm64'},
	'image of PostgreSQL': {labels: {...labels, 'dataflow-tdd.base': 'sha256:9 linux/amd64'}},
	'number of saved layers': {layers: [...ours.layers, 'sha256:d']},
	'lowest layers': {layers: ['sha256:a', 'sha256:x', 'sha256:c']},
	user: {user: 'daemon'},
	'entry point': {entrypoint: ['/bin/sh']},
	command: {command: ['postgres', '-c', 'fsync=on']},
};
for (const [of, part] of Object.entries(others)) {
	test(`an image with another ${of} is refused`, t => {
		const error = t.throws<Error & {code: string}>(() => look({...ours, ...part}), {code: 'ERR_SNAPSHOT_MISMATCH'});
		t.true(error?.message.includes(`its ${said[of] ?? of} is `), error?.message);
	});
}

test('a name belongs to a fingerprint by its first 24 digits, and is nothing but a name', t => {
	t.true(isNameOf(fingerprint, name));
	for (const other of ['', fingerprint, `${name}x`, `${fingerprint.slice(0, 24)}-../x`, name.replace('0', '1'), `${fingerprint.slice(0, 23)}-e3b0c442`]) {
		t.false(isNameOf(fingerprint, other), other);
	}
});
