import test from 'ava';
import {assertNodeVersion} from '#lib/config/node-version.js';

test('a Node that is too old is refused, and the way to a newer one is told', t => {
	for (const version of ['20.20.2', '22.21.9']) {
		t.throws(() => {
			assertNodeVersion(version);
		}, {code: 'ERR_CONFIG_NODE', message: new RegExp(`^This is Node ${version.replaceAll('.', '\\.')}\\..* npm install --save-dev node@24`)});
	}
});

test('the Node that runs this is new enough, and so are later ones', t => {
	t.notThrows(() => {
		assertNodeVersion();
		assertNodeVersion('22.22.0');
		assertNodeVersion('26.0.0');
	});
});
