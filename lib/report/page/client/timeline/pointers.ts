/** What pointers do to a timeline; places are in pixels, centres from 0 to 1. */
export interface PointerActs {
	pan(part: number): void;
	zoom(factor: number, centre: number): void;
	hover(x: number, y: number): void;
	pick(x: number, y: number): void;
}

/** A press that moves less than this is a click, in pixels. */
const still = 5;

/** Turns dragging, pinching, wheels and clicks on a stage into acts. Scrolling the page up and down stays the browser's. */
export function followPointers(stage: HTMLElement, acts: PointerActs): void {
	const pressed = new Map<number, number>();
	let moved = 0;
	const placeOf = (event: MouseEvent): readonly [number, number] => {
		const {left, top} = stage.getBoundingClientRect();
		return [event.clientX - left, event.clientY - top];
	};

	stage.addEventListener('pointerdown', event => {
		moved = pressed.size === 0 ? 0 : Infinity;
		pressed.set(event.pointerId, placeOf(event)[0]);
	});
	stage.addEventListener('pointermove', event => {
		const [x, y] = placeOf(event);
		const before = pressed.get(event.pointerId);
		if (before === undefined) {
			acts.hover(x, y);
			return;
		}

		moved += Math.abs(x - before);
		if (moved > still) {
			stage.setPointerCapture(event.pointerId);
			move(acts, {pressed, event, x, width: stage.clientWidth});
			pressed.set(event.pointerId, x);
		}
	});
	for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
		stage.addEventListener(name, event => {
			if (name === 'pointerup' && pressed.has(event.pointerId) && moved <= still) {
				acts.pick(...placeOf(event));
			}

			pressed.delete(event.pointerId);
			if (name === 'pointerleave') {
				acts.hover(-1, -1);
			}
		});
	}

	stage.addEventListener('wheel', event => wheel(event, acts, stage), {passive: false});
	stage.addEventListener('dblclick', event => acts.zoom(0.5, placeOf(event)[0] / stage.clientWidth));
}

function move(acts: PointerActs, {pressed, event, x, width}: {readonly pressed: ReadonlyMap<number, number>; readonly event: PointerEvent; readonly x: number; readonly width: number}): void {
	const before = pressed.get(event.pointerId)!;
	const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
	if (other === undefined) {
		acts.pan((before - x) / width);
	} else if (Math.abs(x - other) > still) {
		acts.zoom(Math.abs(before - other) / Math.abs(x - other), ((x + other) / 2) / width);
	}
}

function wheel(event: WheelEvent, acts: PointerActs, stage: HTMLElement): void {
	const sideways = event.shiftKey ? event.deltaY : event.deltaX;
	if (event.ctrlKey || event.metaKey) {
		event.preventDefault();
		acts.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 150), (event.clientX - stage.getBoundingClientRect().left) / stage.clientWidth);
	} else if (Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
		event.preventDefault();
		acts.pan(sideways / stage.clientWidth);
	}
}
