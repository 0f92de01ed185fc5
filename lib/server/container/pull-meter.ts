import type {Progress} from '../server.ts';

interface PullEvent {
	readonly id?: string;
	readonly status?: string;
	readonly error?: string;
	readonly aux?: {readonly Digest?: string};
	readonly progressDetail?: {readonly current?: number; readonly total?: number};
}

/** Reads what the engine says while it pulls. */
export interface PullMeter {
	readonly take: (chunk: string) => void;
	/** The error that ended the pull, which the engine tells in the stream. */
	readonly error: string | undefined;
	/** Of what was pulled or pushed, once the engine has told it. */
	readonly digest: string | undefined;
}

function parse(line: string): PullEvent {
	try {
		return JSON.parse(line) as PullEvent;
	} catch {
		return {};
	}
}

const throughStates: ReadonlySet<string | undefined> = new Set(['Download complete', 'Pull complete', 'Pushed']);

/** Moved and total bytes of all layers that told their size; a layer that is through counts in full. */
class Layers {
	readonly #layers = new Map<string, {current: number; total: number}>();

	add({id, status, progressDetail}: PullEvent): void {
		const layer = this.#layers.get(id ?? '');
		if (layer && throughStates.has(status)) {
			layer.current = layer.total;
		} else if (id && (status === 'Downloading' || status === 'Pushing') && progressDetail?.total) {
			this.#layers.set(id, {current: progressDetail.current ?? 0, total: progressDetail.total});
		}
	}

	get fraction(): number | undefined {
		const layers = [...this.#layers.values()];
		const total = layers.reduce((sum, layer) => sum + layer.total, 0);
		return total === 0 ? undefined : layers.reduce((sum, layer) => sum + layer.current, 0) / total;
	}
}

/** Makes a meter that tells a person how far the pull, or push, of an image is: `pulling postgres:17`, 0.42. */
export function createPullMeter(image: string, progress: Progress = () => {}, verb: 'pulling' | 'pushing' = 'pulling'): PullMeter {
	const layers = new Layers();
	let rest = '';
	let error: string | undefined;
	let digest: string | undefined;
	progress(`${verb} ${image}`);
	const see = (line: string) => {
		const event = parse(line);
		error ??= event.error;
		digest = event.aux?.Digest ?? /^Digest: (sha256:[\da-f]{64})$/.exec(event.status ?? '')?.[1] ?? digest;
		layers.add(event);
	};

	return {
		take(chunk) {
			const lines = (rest + chunk).split(/\r?\n/);
			rest = lines.pop() ?? '';
			for (const line of lines) {
				see(line);
			}

			if (layers.fraction !== undefined) {
				progress(`${verb} ${image}`, layers.fraction);
			}
		},
		get error() {
			return error;
		},
		get digest() {
			return digest;
		},
	};
}
