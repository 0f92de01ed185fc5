import dns from 'node:dns';
import {once} from 'node:events';
import net, {type AddressInfo, type Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {fromWireError, toWireError} from '#lib/errors.js';
import {connectClient} from '#lib/postgres/client.js';
import {connectExternal} from '#lib/server/external/admission.js';
import {isUnavailable} from '#lib/server/unavailable.js';
import {withScratchServer} from '../helpers/scratch-server.ts';

const address = {host: '127.0.0.1', port: 1, user: 'postgres', password: 'secret', database: 'x'};
const twoAddresses = 'two-addresses.test';

/** A machine whose resolver knows a host by an address of each family, as most know localhost. */
function withTwoAddresses(t: ExecutionContext): void {
	const {lookup} = dns;
	const known = (host: string, options: unknown, done: (error: null, addresses: unknown) => void): void => {
		if (host === twoAddresses) {
			done(null, [{address: '::1', family: 6}, {address: '127.0.0.1', family: 4}]);
		} else {
			(lookup as unknown as typeof known)(host, options, done);
		}
	};

	dns.lookup = known as unknown as typeof lookup;
	t.teardown(() => {
		dns.lookup = lookup;
	});
}

/** The port of a listener that accepts, and never says anything. */
async function silentPort(t: ExecutionContext): Promise<number> {
	const sockets: Socket[] = [];
	const silent = net.createServer(socket => void sockets.push(socket.on('error', () => {})));
	silent.listen(0, '127.0.0.1');
	await once(silent, 'listening');
	t.teardown(() => {
		silent.close();
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return (silent.address() as AddressInfo).port;
}

/** The error as it is, and as it comes from the keeper. */
async function failureOf(t: ExecutionContext, failing: Promise<unknown>): Promise<[direct: Error, sent: Error]> {
	const direct = (await t.throwsAsync<Error & {code: string}>(failing, {code: 'ERR_SERVER_URL'}))!;
	return [direct, fromWireError(toWireError(direct))];
}

test.serial('a host with several addresses, none of which answers, is told with all of them, and counts as unavailable', async t => {
	withTwoAddresses(t);
	const there = {...address, host: twoAddresses};
	const error = await t.throwsAsync(connectClient({...there, timeoutMs: 2000}));
	t.true(error instanceof AggregateError, 'Node tells of several in one that is empty');
	for (const failure of await failureOf(t, connectExternal(there))) {
		t.regex(failure.message, /on database x: connect \w+ ::1:1\b.*; connect ECONNREFUSED 127\.0\.0\.1:1\. It is not running/);
		t.true(isUnavailable(failure));
	}
});

test('a host that accepts and never answers counts as unavailable', async t => {
	for (const failure of await failureOf(t, connectExternal({...address, port: await silentPort(t)}, 200))) {
		t.regex(failure.message, /on database x: timeout expired\. It is not running/);
		t.true(isUnavailable(failure));
	}
});

test('a server that answers with a refusal is not unavailable: there something has to be mended', async t => {
	const server = await withScratchServer(t);
	for (const failure of await failureOf(t, connectExternal({...server, database: 'nowhere'}))) {
		t.regex(failure.message, /database "nowhere" does not exist/);
		t.false(isUnavailable(failure));
	}
});
