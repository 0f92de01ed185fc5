import test from 'ava';
import {reachOf, type EnginePlace} from '#lib/server/container/reach.js';

const local: EnginePlace = {socketPath: '/var/run/docker.sock', host: 'localhost', isHostGiven: false, ownAddresses: ['127.0.0.1', '172.17.0.1', '192.0.2.2']};

test('an engine of this machine binds to the loopback interface', t => {
	t.deepEqual(reachOf(local), {bindTo: '127.0.0.1', host: '127.0.0.1'});
});

test('in a container that runs an engine of its own, the gateway is this container, so the loopback interface will do', t => {
	t.deepEqual(reachOf({...local, host: '172.17.0.1'}), {bindTo: '127.0.0.1', host: '127.0.0.1'});
});

test('in a container that was given the socket of its host, ports are bound to the bridge between the two', t => {
	t.deepEqual(reachOf({...local, host: '172.17.0.1', ownAddresses: ['127.0.0.1', '172.17.0.2']}), {bindTo: '172.17.0.1', host: '172.17.0.1'});
});

test('a host that the user has set is only reached, not bound to', t => {
	t.deepEqual(reachOf({...local, host: '198.51.100.7', isHostGiven: true}), {bindTo: undefined, host: '198.51.100.7'});
});

test('an engine that is reached over TCP binds to all of its addresses', t => {
	t.deepEqual(reachOf({...local, socketPath: undefined, host: '127.0.0.1'}), {bindTo: undefined, host: '127.0.0.1'});
});
