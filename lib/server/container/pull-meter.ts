import type {Progress} from '../server.ts';

interface PullEvent {
	readonly id?: string;
	readonly status?: string;
	readonly error?: string;
	readonly progressDetail?: {readonly current?: number; readonly total?: number};
}

/** Reads what the engine says while it pulls. */
export interface PullMeter {
	readonly take: (chunk: string) => void;
	/** The error that ended the pull, which the engine tells in the stream. */
	readonly error: string | undefined;
}

function parse(line: string): PullEvent {
	try {
		return JSON.parse(line) as PullEvent;
	} catch {
		return {};
	}
}

/** Downloaded and total bytes of all layers that told their size; a layer that is through counts in full. */
class Layers {
	readonly #layers = new Map<string, {current: number; total: number}>();

	add({id, status, progressDetail}: PullEvent): void {
		const layer = this.#layers.get(id ?? '');
		if (layer && (status === 'Download complete' || status === 'Pull complete')) {
			layer.current = layer.total;
		} else if (id && status === 'Downloading' && progressDetail?.total) {
			this.#layers.set(id, {current: progressDetail.current ?? 0, total: progressDetail.total});
		}
	}

	get fraction(): number | undefined {
		const layers = [...this.#layers.values()];
		const total = layers.reduce((sum, layer) => sum + layer.total, 0);
		return total === 0 ? undefined : layers.reduce((sum, layer) => sum + layer.current, 0) / total;
	}
}

/** Makes a meter that tells a person how far the pull of an image is: `pulling postgres:17`, 0.42. */
export function createPullMeter(image: string, progress: Progress = () => {}): PullMeter {
	const layers = new Layers();
	let rest = '';
	let error: string | undefined;
	progress(`pulling ${image}`);
	const see = (line: string) => {
		const event = parse(line);
		error ??= event.error;
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
				progress(`pulling ${image}`, layers.fraction);
			}
		},
		get error() {
			return error;
		},
	};
}
