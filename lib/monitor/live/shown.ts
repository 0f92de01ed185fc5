import {inspect, type InspectOptions} from 'node:util';

/**
 * An object whose figures show when it is logged: by `console.log`, and by `t.log`, which knows own enumerable properties and nothing else.
 */
export class Shown {
	[inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
		return `${this.constructor.name} ${show(Object.fromEntries(Object.entries(this)), options)}`;
	}

	/** Makes getters of the class properties of the object: they are read when somebody looks, as before. */
	protected show(...names: ReadonlyArray<keyof this & string>): void {
		for (const name of names) {
			Object.defineProperty(this, name, {...Object.getOwnPropertyDescriptor(Object.getPrototypeOf(this), name), enumerable: true});
		}
	}
}
