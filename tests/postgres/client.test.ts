import {once} from 'node:events';
import net, {type AddressInfo, type Socket} from 'node:net';
import test from 'ava';
import {connectClient} from '#lib/postgres/client.js';
import {withScratchServer} from '../helpers/scratch-server.ts';

test('a connection that nobody answers is tried a second time', async t => {
	const address = await withScratchServer(t);
	const sockets: Socket[] = [];
	const proxy = net.createServer(socket => {
		sockets.push(socket.on('error', () => {}));
		// The first one is accepted, and then nothing.
		if (sockets.length > 1) {
			const server = net.connect(address.port, address.host);
			socket.pipe(server.on('error', () => {})).pipe(socket);
		}
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	t.teardown(() => proxy.close());
	const client = await connectClient({...address, port: (proxy.address() as AddressInfo).port});
	t.deepEqual((await client.query('select 1 as one')).rows, [{one: 1}]);
	await client.end();
	t.is(sockets.length, 2);
	await t.throwsAsync(connectClient({...address, host: '127.0.0.1', port: 1}), {code: 'ECONNREFUSED'}, 'a refusal is an answer');
});
