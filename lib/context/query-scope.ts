import {observing} from './observer.ts';

/** Runs something, and gives the statements that it sent, whatever else was sent meanwhile. What it still sends after its end is not among them. */
export async function collectQueries<T>(action: () => T | Promise<T>): Promise<{result: T; texts: readonly string[]}> {
	const texts: string[] = [];
	const observer = {
		sent({text, isContinued}: {text: string; isContinued?: boolean}) {
			if (!isContinued) {
				texts.push(text);
			}

			return () => {};
		},
	};
	const result = await observing(observer, action);
	return {result, texts: [...texts]};
}
