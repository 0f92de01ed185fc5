import {once} from 'node:events';
import net, {type AddressInfo, type Socket} from 'node:net';
import type {addressVariables} from '../config/stray.ts';
import {exampleTest, type TestShape} from '../context/test-description.ts';
import {ContextError} from '../errors.ts';
import {encodeRefusal, readStartup, type Startup} from './startup-protocol.ts';

const user = 'rollback_test';
const database = 'see_the_error';

/** Code in a test opened a connection by the environment. */
function ownConnection({parameters}: Startup, shape: TestShape): ContextError {
	const {application_name: application, database: asked} = parameters;
	const who = application ? ` (application_name ${application})` : '';
	return new ContextError('ERR_CONTEXT_URL', {
		what: `Code in this test run opened a connection of its own${who}${asked === undefined || asked === database ? '' : `, to the database ${asked}`}, by DATABASE_URL or the PG* variables.`,
		why: 'In a rollback context the only connection is the test\'s own, and what is written beside it would stay.',
		fix: `Hand that code the context's \`pool\` or \`db\`, or give the test a database of its own, ${exampleTest(shape, 'tddParallelSafe', '(t, {url})')}, and hand it that \`url\`. Where it is meant to connect elsewhere, see strayConnections in the README.`,
	});
}

/** Listens where the environment of a test run points to, and tells everyone who connects what to use instead. */
async function listen(shape: TestShape): Promise<number> {
	const server = net.createServer(socket => {
		socket.unref();
		receive(socket, shape);
	});
	server.unref();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

function receive(socket: Socket, shape: TestShape): void {
	let received = Buffer.alloc(0);
	socket.on('error', () => {});
	socket.on('data', chunk => {
		received = Buffer.concat([received, chunk]);
		for (let startup = readStartup(received); startup; startup = readStartup(received)) {
			received = received.subarray(startup.lengthBytes);
			answer({socket, shape}, startup);
		}
	});
}

function answer({socket, shape}: {readonly socket: Socket; readonly shape: TestShape}, startup: Startup): void {
	if (startup.kind === 'encryption') {
		socket.write('N');
	} else if (startup.kind === 'start') {
		const error = ownConnection(startup, shape);
		socket.end(encodeRefusal(`${error.code}: ${error.message}`, error.hint));
	} else {
		socket.destroy();
	}
}

/**
 * Sets up a signpost for the length of this process, and gives the variables that point to it. It speaks PostgreSQL's protocol up to the
 * point where a client is refused, so that each driver, in whichever language, reports its message. It keeps no process alive.
 */
export async function raiseSignpost(shape: TestShape = 'macro'): Promise<Readonly<Record<(typeof addressVariables)[number], string>>> {
	const port = String(await listen(shape));
	return {DATABASE_URL: `postgres://${user}@127.0.0.1:${port}/${database}`, PGHOST: '127.0.0.1', PGPORT: port, PGUSER: user, PGDATABASE: database};
}
