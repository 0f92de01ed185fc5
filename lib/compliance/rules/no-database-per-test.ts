import {isOwnDatabase, isPostgres, opensConnections, type Creation} from '../clients.ts';
import {creationsIn} from '../database-use.ts';
import type {Check} from '../finding.ts';
import type {TestFile} from '../test-file.ts';

/** Finds servers and pools that are made in tests, in hooks that run for each test, and when a test file is loaded. */
export const noDatabasePerTest: Check = file => creationsIn(file.source.program, file).flatMap(creation => {
	const when = whenOf(creation, file);
	const {node, kind, name} = creation;
	return when !== undefined && isCertain(creation, file) ? [{
		node,
		what: `${name} is made ${when}.`,
		why: kind === 'server' ? 'A server of its own costs seconds, and the keeper has one ready for each worker.' : 'Opening connections costs more than most tests, and they lead around the fixture\'s isolation.',
		how: kind === 'server' ? 'Take the database from a fixture, and let the option `image` name the image.' : 'Use `db`, `pool` or `connection` of a fixture; code that takes a URL gets `url` of tddParallelSafe.',
	}] : [];
});

function whenOf({node}: Creation, file: TestFile): string | undefined {
	const place = file.placeOf(node);
	if (place === 'module') {
		return 'when this test file is loaded';
	}

	if (place === 'elsewhere') {
		return file.testCalling(node) ? 'by a function that tests call' : (file.hookOf(node)?.kind === 'beforeEach' ? 'for each test' : undefined);
	}

	return 'test' in place ? 'by a test' : (place.hook.kind === 'beforeEach' ? 'for each test' : undefined);
}

/** A server is one, whatever it is given; a client may be on its way to what a fixture has given, which is what `url` is for. */
function isCertain(creation: Creation, {bindings}: TestFile): boolean {
	if (!isPostgres(creation, bindings)) {
		return false;
	}

	return creation.kind === 'server' || (opensConnections(creation, bindings) && creation.node.arguments.every(argument => isOwnDatabase(argument, bindings)));
}
