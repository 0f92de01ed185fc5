import test from 'ava';
import {PhaseClock} from '#lib/monitor/phase-clock.js';

test('what is skipped belongs to no phase', t => {
	const clock = new PhaseClock();
	clock.mark('bodyMs');
	const {durationMs} = clock;
	t.true(durationMs > 0);
	const until = performance.now() + 2;
	while (performance.now() < until) {
		// Time passes.
	}

	clock.skip();
	t.is(clock.durationMs, durationMs);
	const skipped = new PhaseClock();
	skipped.skip();
	t.is(skipped.durationMs, 0);
	t.false(skipped.hasMarked('endMs'));
});
