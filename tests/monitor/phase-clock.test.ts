import test from 'ava';
import {PhaseClock} from '#lib/monitor/phase-clock.js';

test('a wait moves to the lease with no more than its phase has taken', t => {
	const clock = new PhaseClock();
	clock.mark('setupMs');
	const {durationMs} = clock;
	clock.moveToLease('setupMs', durationMs / 2);
	t.is(clock.durationMs, durationMs / 2);
	clock.moveToLease('setupMs', Infinity);
	t.is(clock.durationMs, 0);
	clock.mark('leaseMs');
	t.true(clock.phases(0).leaseMs >= Math.floor(durationMs * 1000) / 1000);
});

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
